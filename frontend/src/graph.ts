// The drawing: closer and farther, entities moved with the mouse are pinned there, and, where the machine can, a canvas for many.
import { Zoom, everywhere } from "./zoom";

interface Htmx { ajax(verb: string, path: string, context: Record<string, string>): Promise<void> }
declare global { interface Window { htmx?: Htmx } }

/** Take a step as the forms do, and show the page anew. */
export async function take(figure: HTMLElement, step: Record<string, unknown>): Promise<boolean> {
  const answer = await fetch(`/api/v1/drawings/${figure.dataset.drawing}/steps`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-crosstie-form": figure.dataset.form ?? "" },
    body: JSON.stringify(step),
  });
  return answer.ok;
}

export async function anew(address: string): Promise<void> {
  if (window.htmx) await window.htmx.ajax("GET", address, { target: "#work", select: "#work", swap: "outerHTML" });
  else location.assign(address);
}

everywhere("figure[data-zoom]", (figure) => {
  const svg = figure.querySelector<SVGSVGElement>(":scope > svg");
  if (!svg) return;
  const zoom = new Zoom(figure, svg);
  if (figure.dataset.own === "yes") movable(figure, svg, zoom);
  if (figure.dataset.drawing) canvas(figure);
});

function movable(figure: HTMLElement, svg: SVGSVGElement, zoom: Zoom): void {
  let held: { node: SVGAElement; from: DOMPoint; moved: boolean } | null = null;
  let dropped = false;
  svg.addEventListener("pointerdown", (event) => {
    const node = (event.target as Element).closest<SVGAElement>("a.node");
    dropped = false;
    if (node && event.button === 0) held = { node, from: zoom.at(event), moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const now = zoom.at(event);
    if (Math.hypot(now.x - held.from.x, now.y - held.from.y) > 6 * zoom.scale) held.moved = true;
    if (held.moved) held.node.setAttribute("transform", `translate(${now.x - held.from.x} ${now.y - held.from.y})`);
  });
  window.addEventListener("pointerup", async (event) => {
    if (!held) return;
    const { node, from, moved } = held;
    held = null;
    if (!moved) return;
    dropped = true;
    const now = zoom.at(event);
    const id = node.dataset.node ?? "";
    const x = Math.round(Number(node.dataset.x) + now.x - from.x), y = Math.round(Number(node.dataset.y) + now.y - from.y);
    if (await take(figure, { do: "pin", node: id, x, y })) await anew(`${figure.dataset.zoom}?at=${encodeURIComponent(id)}`);
    else node.removeAttribute("transform");
  });
  svg.addEventListener("click", (event) => { if (dropped) event.preventDefault(); }, true);
}

function canvas(figure: HTMLElement): void {
  const open = document.createElement("button");
  open.type = "button";
  open.className = "quiet";
  open.id = "canvas-open";
  open.textContent = figure.dataset.canvas ?? "Canvas";
  const status = document.createElement("span");
  status.className = "note";
  status.setAttribute("role", "status");
  const row = figure.previousElementSibling;
  if (!row) return;
  row.append(open, status);
  const able = (): boolean => {
    const probe = document.createElement("canvas").getContext("webgl2");
    probe?.getExtension("WEBGL_lose_context")?.loseContext();
    return probe !== null;
  };
  const show = async (): Promise<void> => {
    if (!able()) { // said, not hidden: the picture does the same for up to 300
      status.textContent = figure.dataset.unable ?? "";
      open.disabled = true;
      sessionStorage.removeItem("canvas");
      return;
    }
    const { Canvas } = await import(figure.dataset.module ?? "") as typeof import("./canvas");
    const area = document.createElement("div");
    area.className = "canvas";
    figure.before(area);
    const drawn = await Canvas.open(area, figure, take, anew);
    figure.hidden = true;
    sessionStorage.setItem("canvas", figure.dataset.drawing ?? "");
    open.textContent = figure.dataset.picture ?? "SVG";
    open.onclick = () => {
      drawn.close();
      area.remove();
      figure.hidden = false;
      sessionStorage.removeItem("canvas");
      open.textContent = figure.dataset.canvas ?? "Canvas";
      open.onclick = () => void show();
    };
  };
  open.onclick = () => void show();
  if (sessionStorage.getItem("canvas") === figure.dataset.drawing) void show();
}
