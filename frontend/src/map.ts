// The map: closer and farther; lines, points and their names keep their size.
import { Zoom, everywhere } from "./zoom";

const DASHES: Record<string, string> = { dashed: "5 4", dotted: "1 4" };

everywhere("figure[data-map]", (figure) => {
  const svg = figure.querySelector<SVGSVGElement>(":scope > svg");
  if (!svg) return;
  const points = [...svg.querySelectorAll<SVGGElement>("g[data-at]")].map((one) => ({ one, at: (one.dataset.at ?? "0 0").split(" ").map(Number) }));
  const flows = [...svg.querySelectorAll<SVGPathElement>("path[data-wide]")];
  const zoom: Zoom = new Zoom(figure, svg, () => {
    const scale = zoom.scale;
    for (const { one, at: [x = 0, y = 0] } of points) one.setAttribute("transform", `translate(${x} ${y}) scale(${scale}) translate(${-x} ${-y})`);
    for (const flow of flows) flow.setAttribute("stroke-width", String(Number(flow.dataset.wide) * scale));
  });
  void lines(svg);
});

/** The world as part of the page: only so do its lines stay thin when it comes closer. */
async function lines(svg: SVGSVGElement): Promise<void> {
  const image = svg.querySelector("image");
  const answer = image && await fetch(image.getAttribute("href") ?? "");
  if (!image || !answer?.ok) return;
  const world = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
  for (const path of world.querySelectorAll("path")) {
    const kept = document.importNode(path, true);
    kept.setAttribute("vector-effect", "non-scaling-stroke");
    kept.setAttribute("stroke-width", kept.dataset.line ? "1.2" : "0.6");
    const dash = DASHES[kept.dataset.line ?? ""];
    if (dash) kept.setAttribute("stroke-dasharray", dash);
    group.append(kept);
  }
  image.replaceWith(group);
}
