// Offers the time zone of this computer's clock where the desk shows another.
"use strict";

(() => {
  const offer = document.getElementById("clock");
  const field = document.getElementById("zone");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = [...field.list.options].some((each) => each.value === zone);
  if (!known || zone === offer.dataset.shown) return;
  offer.querySelector("strong").textContent = zone;
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => {
    field.value = zone;
    field.focus();
  });
})();
