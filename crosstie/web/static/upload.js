// Files that are dropped on the page, or chosen, are sent one by one with a bar; without this file the form sends them.
"use strict";
(() => {
  const form = document.getElementById("drop");
  if (!form) return;
  const field = form.querySelector("input[type=file]"), bar = document.getElementById("sending"), refused = document.getElementById("refused");
  const mark = form.querySelector("input[name=form]").value;
  const send = (file) => new Promise((done, failed) => {
    const call = new XMLHttpRequest();
    call.open("POST", "/api/v1/uploads?name=" + encodeURIComponent(file.name));
    call.setRequestHeader("X-Crosstie-Form", mark);
    call.setRequestHeader("Content-Type", "application/octet-stream");
    call.upload.onprogress = (event) => { if (event.lengthComputable) { bar.max = event.total; bar.value = event.loaded; } };
    call.onload = () => {
      let told = {};
      try { told = JSON.parse(call.responseText); } catch { told = { detail: call.statusText }; }
      if (call.status === 201) done(told); else failed(new Error(file.name + ": " + told.detail + (told.hint ? ". " + told.hint : "")));
    };
    call.onerror = () => failed(new Error(file.name));
    call.send(file);
  });
  const all = async (files) => {
    refused.hidden = true;
    bar.hidden = false;
    const made = [], wrong = [];
    for (const file of files) {
      try { made.push(await send(file)); } catch (error) { wrong.push(error.message); }
    }
    bar.hidden = true;
    if (wrong.length) { refused.textContent = wrong.join("\n"); refused.hidden = false; field.value = ""; return; }
    location.assign(made.length === 1 ? "/sources/add/" + made[0].id : "/sources/add");
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); all([...field.files]); });
  for (const kind of ["dragenter", "dragover"]) form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.remove("over"); });
  form.addEventListener("drop", (event) => { if (event.dataTransfer.files.length) all([...event.dataTransfer.files]); });
})();
