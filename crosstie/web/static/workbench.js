// Keys: j and k go through rows, Enter opens, y n u judge, z takes back, l latinises names, / searches, ? tells. Everything works without them, and without this file.
"use strict";
(() => {
  const writing = (target) => target.matches("input, select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-keys=rows] tbody tr, ol[data-keys=rows] > li")];
  let at = -1;
  const go = (by) => {
    const all = rows();
    if (!all.length) return;
    all[at]?.classList.remove("at");
    at = Math.min(Math.max(at + by, 0), all.length - 1);
    all[at].classList.add("at");
    all[at].querySelector("a")?.focus();
    all[at].scrollIntoView({ block: "nearest" });
  };
  if (sessionStorage.getItem("latin") === "true") document.body.classList.add("latin");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && writing(event.target)) return event.target.blur();
    if (writing(event.target)) return;
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) { event.preventDefault(); button.click(); }
    else if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "/") {
      event.preventDefault();
      const field = document.querySelector("input[type=search]");
      if (field) field.focus(); else location.assign("/search");
    }
    else if (event.key === "l") sessionStorage.setItem("latin", document.body.classList.toggle("latin"));
    else if (event.key === "?") document.getElementById("keys").showModal();
  });
})();
