/**
 * The designer's panels, beside the canvas: one of them is in front. A new panel is one module with `mount` and one
 * entry here; its script is fetched when it is first shown.
 */

import { h } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { describe } from "../lib/http";
import type { Bench } from "./bench";

/** What a mounted panel may want to know; both are optional. */
export interface PanelView {
  /** It has come to the front; also called once after `mount`. */
  show?(): void;
  /** Another panel has taken its place: it takes back what it painted on the canvas. */
  hide?(): void;
}

export interface PanelModule {
  mount(bench: Bench, host: HTMLElement): PanelView | undefined | Promise<PanelView | undefined>;
}

export interface Panel {
  id: string;
  label: string;
  /** Takes half of the window instead of a column. */
  isWide?: boolean;
  /** Absent: the panel is in the page already, under `data-panel="<id>"`. */
  load?(): Promise<PanelModule>;
}

export const PANELS: readonly Panel[] = [
  { id: "draw", label: gettext("Draw") },
  { id: "test", label: gettext("Test"), isWide: true, load: () => import("./trial/panel") },
  { id: "states", label: gettext("States"), isWide: true, load: () => import("./machine/panel") },
  { id: "history", label: gettext("History"), load: () => import("./history/panel") },
  { id: "files", label: gettext("Files"), load: () => import("./files-panel") },
];

export class PanelTabs {
  private readonly hosts = new Map<string, HTMLElement>();
  private readonly views = new Map<string, PanelView | undefined>();
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private front: Panel | undefined;

  constructor(
    private readonly bench: Bench,
    private readonly root: HTMLElement,
    private readonly tabs: HTMLElement,
    private readonly side: HTMLElement,
    private readonly panels: readonly Panel[] = PANELS,
  ) {
    for (const panel of panels) this.addTab(panel);
    // One panel needs no tabs.
    tabs.hidden = panels.length < 2;
    tabs.addEventListener("keydown", (event) => this.walk(event));
    const [first] = panels;
    if (first) void this.show(first.id);
  }

  async show(id: string): Promise<void> {
    const panel = this.panels.find((one) => one.id === id);
    if (!panel || panel === this.front) return;
    if (this.front) this.views.get(this.front.id)?.hide?.();
    this.front = panel;
    for (const [name, button] of this.buttons) {
      button.setAttribute("aria-selected", String(name === id));
      button.tabIndex = name === id ? 0 : -1;
    }
    const host = this.hostOf(panel);
    for (const other of this.side.querySelectorAll<HTMLElement>(":scope > [data-panel]"))
      other.hidden = other !== host;
    this.side.classList.toggle("is-wide", panel.isWide ?? false);
    this.root.classList.remove("hides-properties");
    this.root.dataset.panel = id;
    if (panel.load && !this.views.has(id)) await this.mount(panel, host);
    if (this.front === panel) this.views.get(id)?.show?.();
  }

  private async mount(panel: Panel, host: HTMLElement): Promise<void> {
    this.views.set(panel.id, undefined);
    host.replaceChildren(h("div", { class: "shape island-shape", role: "status" }, gettext("Loading…")));
    try {
      const module = await panel.load?.();
      host.replaceChildren();
      this.views.set(panel.id, await module?.mount(this.bench, host));
    } catch (error) {
      // Tried again when it is shown again: a lost connection passes.
      this.views.delete(panel.id);
      host.replaceChildren(
        h(
          "p",
          { class: "p-4", role: "alert" },
          gettext("This panel did not open: %(error)s Nothing was lost.", { error: describe(error) }),
        ),
      );
    }
  }

  private addTab(panel: Panel): void {
    const button = h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${panel.id}`,
        "aria-controls": `panel-${panel.id}`,
        "data-command": panel.label,
        onclick: () => void this.show(panel.id),
      },
      panel.label,
    );
    this.buttons.set(panel.id, button);
    this.tabs.append(button);
  }

  private hostOf(panel: Panel): HTMLElement {
    const known =
      this.hosts.get(panel.id) ?? this.side.querySelector<HTMLElement>(`[data-panel="${panel.id}"]`);
    const host = known ?? h("div", { "data-panel": panel.id, class: "designer-panel" });
    if (!known) this.side.append(host);
    host.id = `panel-${panel.id}`;
    host.setAttribute("role", "tabpanel");
    host.setAttribute("aria-labelledby", `tab-${panel.id}`);
    this.hosts.set(panel.id, host);
    return host;
  }

  /** Arrow keys walk the tabs, as everywhere. */
  private walk(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !this.front) return;
    event.preventDefault();
    const at = this.panels.indexOf(this.front) + step;
    const next = this.panels[(at + this.panels.length) % this.panels.length];
    if (!next) return;
    void this.show(next.id);
    this.buttons.get(next.id)?.focus();
  }
}
