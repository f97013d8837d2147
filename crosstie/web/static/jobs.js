// How far a build is, as it goes; without this file the page looks every few seconds, and without any script it has a link to look again.
"use strict";
(() => {
  let source;
  const watch = () => {
    const part = document.getElementById("jobs");
    const id = part && part.dataset.job;
    if (!id || !window.EventSource || (source && source.id === id)) return;
    if (source) source.events.close();
    source = { id, events: new EventSource("/api/v1/jobs/" + encodeURIComponent(id) + "/events") };
    source.events.addEventListener("job", (event) => {
      const job = JSON.parse(event.data);
      if (["done", "failed", "cancelled"].includes(job.state)) { source.events.close(); return location.assign("/builds"); }
      const here = document.getElementById("jobs");
      const stage = here.querySelector("[data-stage]"), bar = here.querySelector("progress");
      if (stage) stage.textContent = job.stage;
      if (bar && job.total) { bar.max = job.total; bar.value = job.done; }
    });
  };
  watch();
  document.addEventListener("htmx:afterSettle", watch);
})();
