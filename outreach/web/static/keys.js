// Single keys for the inbox. They are off while somebody writes, and for whoever switches them off.
"use strict";

(() => {
  const OFF = "outreach.keys.off";
  const dialog = document.getElementById("keys");
  const button = document.getElementById("show-keys");
  const on = document.getElementById("keys-on");
  if (!dialog || !button || !on) return;

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const show = () => dialog.showModal();
  const is_field = (element) => element.closest("input, textarea, select, [contenteditable]");

  const move = (by) => {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by;
    all[next]?.focus();
  };
  const go = (key) => {
    const there = document.querySelector(`[data-key="${key}"]`);
    if (there?.tagName === "A") there.click();
    else there?.focus();
    return there;
  };
  const act = (key) => {
    if (key === "j" || key === "k") return move(key === "j" ? 1 : -1), true;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (!document.activeElement.matches("[data-row]")) return false;
      return move(key === "ArrowDown" ? 1 : -1), true;
    }
    if (key === "?") return show(), true;
    return "ru/".includes(key) && Boolean(go(key));
  };

  document.addEventListener("keydown", (event) => {
    const is_other = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
    if (is_other || event.defaultPrevented || dialog.open || !on.checked) return;
    if (!is_field(event.target) && act(event.key)) event.preventDefault();
  });
  on.checked = localStorage.getItem(OFF) === null;
  on.addEventListener("change", () => {
    if (on.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
  button.addEventListener("click", show);
  button.hidden = false;
})();
