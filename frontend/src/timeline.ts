// The timeline: closer and farther, and lanes and kinds that can be left out.
import { Zoom, everywhere } from "./zoom";

everywhere("figure[data-timeline]", (figure) => {
  const svg = figure.querySelector<SVGSVGElement>(":scope > svg");
  if (!svg) return;
  new Zoom(figure, svg);
  const kinds = [...new Set([...svg.querySelectorAll<SVGGElement>("g[data-kind]")].map((one) => one.dataset.kind ?? ""))];
  if (kinds.length < 2) return;
  const group = document.createElement("div");
  group.className = "filter";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", figure.dataset.filter ?? "");
  for (const kind of kinds) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.addEventListener("change", () => {
      for (const one of svg.querySelectorAll<SVGGElement>("g[data-kind]")) if (one.dataset.kind === kind) one.toggleAttribute("hidden", !box.checked);
      for (const one of svg.querySelectorAll<SVGGElement>("g[data-kind][hidden]")) one.setAttribute("display", "none");
      for (const one of svg.querySelectorAll<SVGGElement>("g[data-kind]:not([hidden])")) one.removeAttribute("display");
    });
    label.append(box, ` ${kind}`);
    group.append(label);
  }
  figure.before(group);
});
