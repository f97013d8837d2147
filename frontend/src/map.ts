// The map: closer and farther; points and their names keep their size.
import { Zoom, everywhere } from "./zoom";

everywhere("figure[data-map]", (figure) => {
  const svg = figure.querySelector<SVGSVGElement>(":scope > svg");
  if (!svg) return;
  const points = [...svg.querySelectorAll<SVGGElement>("g[data-at]")].map((one) => ({ one, at: (one.dataset.at ?? "0 0").split(" ").map(Number) }));
  const zoom: Zoom = new Zoom(figure, svg, () => {
    const scale = zoom.scale;
    for (const { one, at: [x = 0, y = 0] } of points) one.setAttribute("transform", `translate(${x} ${y}) scale(${scale}) translate(${-x} ${-y})`);
  });
});
