// Asks what is new only while the page is looked at, and says when an answer is being written.
"use strict";

(() => {
  const live = document.getElementById("live");
  const writing = document.getElementById("writing");
  const text = document.getElementById("text");
  if (!live) return;
  const ask = () => htmx.trigger(live, "again");

  live.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
  });
  if (!writing || !text) return;

  const begin = () => {
    if (writing.value) return;
    writing.value = "yes";
    ask();
  };
  text.addEventListener("focus", begin);
  text.addEventListener("input", begin);
  text.form.addEventListener("submit", () => {
    writing.value = "";
  });
  text.addEventListener("blur", () => {
    if (!text.value.trim()) writing.value = "";
  });
})();
