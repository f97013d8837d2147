// The canvas: the same drawing by WebGL, for up to 20,000 entities. Places come from the server; what is moved here is pinned there.
import Graph from "graphology";
import Sigma from "sigma";

interface Node { id: string; name: string; x: number; y: number; shape: string; spheres: string[]; pinned: boolean }
interface Tie { id: string; source: string; target: string; stroke: string; confidence: number }
interface Seen { nodes: Node[]; ties: Tie[] }
type Take = (figure: HTMLElement, step: Record<string, unknown>) => Promise<boolean>;
type Anew = (address: string) => Promise<void>;

const COLOURS: Record<string, string> = { crime: "#b5651d", terror: "#6a3fb5", both: "#b0213f", "": "#5b6b7a" };
const MARKS: Record<string, string> = { crime: "C ", terror: "T ", both: "C+T ", "": "" };
const TIES: Record<string, string> = { events: "#7d8894", shared: "#b58a2a", role: "#3d6f9a", kin: "#8a4f7d", contact: "#3f8a6a", other: "#a5adb5" };

export class Canvas {
  private constructor(private readonly sigma: Sigma) {}

  static async open(area: HTMLElement, figure: HTMLElement, take: Take, anew: Anew): Promise<Canvas> {
    const answer = await fetch(`/api/v1/drawings/${figure.dataset.drawing}`);
    const seen = await answer.json() as Seen;
    const graph = new Graph({ multi: true, type: "directed" });
    const degree = new Map<string, number>();
    for (const tie of seen.ties) for (const end of [tie.source, tie.target]) degree.set(end, (degree.get(end) ?? 0) + 1);
    for (const one of seen.nodes) {
      const sphere = one.spheres.length > 1 ? "both" : one.spheres[0] ?? "";
      const size = Math.min(14, 3 + Math.sqrt(degree.get(one.id) ?? 0)) + (sphere ? 2 : 0);
      // the picture counts downward, the canvas upward
      graph.addNode(one.id, { label: MARKS[sphere] + one.name, x: one.x, y: -one.y, size, color: COLOURS[sphere], forceLabel: sphere !== "" || one.pinned });
    }
    for (const tie of seen.ties) {
      graph.addEdgeWithKey(tie.id, tie.source, tie.target, { size: 0.5 + 1.5 * tie.confidence, color: TIES[tie.stroke], type: tie.stroke === "events" ? "arrow" : "line" });
    }
    const sigma = new Sigma(graph, area, { labelColor: { color: "#1b2430" }, labelRenderedSizeThreshold: 7, labelDensity: 0.6, zIndex: true, allowInvalidContainer: true });
    area.dataset.nodes = String(graph.order);
    const canvas = new Canvas(sigma);
    canvas.moving(graph, figure, take, anew);
    return canvas;
  }

  close(): void { this.sigma.kill(); }

  private moving(graph: Graph, figure: HTMLElement, take: Take, anew: Anew): void {
    const { sigma } = this;
    let held: string | null = null;
    let moved = false;
    const own = figure.dataset.own === "yes";
    sigma.on("downNode", ({ node, preventSigmaDefault }) => {
      moved = false;
      if (!own) return;
      held = node;
      preventSigmaDefault();
      if (!sigma.getCustomBBox()) sigma.setCustomBBox(sigma.getBBox());
    });
    sigma.on("moveBody", ({ event, preventSigmaDefault }) => {
      if (!held) return;
      const place = sigma.viewportToGraph(event);
      graph.mergeNodeAttributes(held, { x: place.x, y: place.y });
      moved = true;
      preventSigmaDefault();
    });
    const drop = (): void => {
      const node = held;
      held = null;
      if (!node || !moved) return;
      const { x, y } = graph.getNodeAttributes(node) as { x: number; y: number };
      void take(figure, { do: "pin", node, x: Math.round(x), y: Math.round(-y) });
    };
    sigma.on("upNode", drop);
    sigma.on("upStage", drop);
    sigma.on("clickNode", ({ node }) => { if (!moved) void anew(`${figure.dataset.zoom}?at=${encodeURIComponent(node)}`); });
  }
}
