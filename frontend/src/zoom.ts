// A server-drawn picture that can be brought closer and moved: by buttons, keys (+ - 0 and arrows), dragging, and the wheel with Ctrl.

export interface Box { x: number; y: number; w: number; h: number }

export class Zoom {
  readonly whole: Box;
  box: Box;
  private moved = false;

  constructor(readonly figure: HTMLElement, readonly svg: SVGSVGElement, private readonly told: () => void = () => {}) {
    const [x = 0, y = 0, w = 1, h = 1] = (svg.getAttribute("viewBox") ?? "").split(/\s+/).map(Number);
    this.whole = { x, y, w, h };
    this.box = { ...this.whole };
    this.buttons();
    figure.addEventListener("keydown", (event) => this.key(event));
    figure.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.by(event.deltaY < 0 ? 1.2 : 1 / 1.2, this.at(event));
    }, { passive: false });
    this.dragging();
  }

  /** Where a pointer is, in the picture's own units. */
  at(event: MouseEvent): DOMPoint {
    const matrix = this.svg.getScreenCTM();
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix ? matrix.inverse() : undefined);
  }

  /** How many of the picture's units a pixel of the screen is, compared with the whole picture. */
  get scale(): number { return this.box.w / this.whole.w; }

  by(factor: number, at?: { x: number; y: number }): void {
    const centre = at ?? { x: this.box.x + this.box.w / 2, y: this.box.y + this.box.h / 2 };
    const w = Math.min(this.whole.w, Math.max(this.whole.w / 64, this.box.w / factor));
    const share = w / this.box.w;
    this.show({ x: centre.x - (centre.x - this.box.x) * share, y: centre.y - (centre.y - this.box.y) * share, w, h: this.box.h * share });
  }

  shift(across: number, down: number): void {
    this.show({ ...this.box, x: this.box.x + across * this.box.w, y: this.box.y + down * this.box.h });
  }

  show(box: Box): void {
    const { whole } = this;
    this.box = { ...box, x: Math.min(Math.max(box.x, whole.x), whole.x + whole.w - box.w), y: Math.min(Math.max(box.y, whole.y), whole.y + whole.h - box.h) };
    this.svg.setAttribute("viewBox", `${this.box.x} ${this.box.y} ${this.box.w} ${this.box.h}`);
    this.told();
  }

  private buttons(): void {
    const row = document.createElement("div");
    row.className = "zooms";
    const make = (sign: string, words: string | undefined, act: () => void): void => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = sign;
      button.setAttribute("aria-label", words ?? sign);
      button.addEventListener("click", act);
      row.append(button);
    };
    const { closer, farther, entire } = this.figure.dataset;
    make("+", closer, () => this.by(1.5));
    make("−", farther, () => this.by(1 / 1.5));
    make("⤢", entire, () => this.show({ ...this.whole }));
    this.figure.before(row);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.figure) return;
    const keys: Record<string, () => void> = {
      "+": () => this.by(1.5), "=": () => this.by(1.5), "-": () => this.by(1 / 1.5), "0": () => this.show({ ...this.whole }),
      ArrowLeft: () => this.shift(-0.1, 0), ArrowRight: () => this.shift(0.1, 0), ArrowUp: () => this.shift(0, -0.1), ArrowDown: () => this.shift(0, 0.1),
    };
    const act = keys[event.key];
    if (!act || (event.key.startsWith("Arrow") && this.box.w >= this.whole.w)) return;
    event.preventDefault();
    act();
  }

  private dragging(): void {
    let from: DOMPoint | null = null;
    this.svg.addEventListener("pointerdown", (event) => {
      this.moved = false;
      if (event.button === 0 && !(event.target as Element).closest("a.node") && this.box.w < this.whole.w) from = this.at(event);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!from) return;
      const now = this.at(event);
      if (Math.hypot(now.x - from.x, now.y - from.y) > 3 * this.scale) this.moved = true;
      this.show({ ...this.box, x: this.box.x + from.x - now.x, y: this.box.y + from.y - now.y });
    });
    window.addEventListener("pointerup", () => { from = null; });
    this.svg.addEventListener("click", (event) => { if (this.moved) event.preventDefault(); }, true);
    this.svg.addEventListener("dragstart", (event) => event.preventDefault());
  }
}

/** Do this for every such element, now and whenever htmx has put new ones in. */
export function everywhere(selector: string, act: (element: HTMLElement) => void): void {
  const look = (): void => {
    for (const element of document.querySelectorAll<HTMLElement>(selector)) {
      if (element.dataset.alive) continue;
      element.dataset.alive = "yes";
      act(element);
    }
  };
  look();
  document.addEventListener("htmx:afterSettle", look);
}
