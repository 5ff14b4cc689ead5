/** The States panel: what the engine executes of the drawing, as a table and as a graph, linked with the drawing. */

import { h, icon } from "../../lib/dom";
import { gettext } from "../../lib/gettext";
import { describe, type Finding, Problem, post } from "../../lib/http";
import type { Bench } from "../bench";
import type { PanelView } from "../panels";
import { findingList } from "../trial/trouble";
import { drawGraph } from "./graph";
import { type Edge, edgesOf, type Machine, outerEdges, PROCESS, type StateRow } from "./rows";
import "../../styles/machine.css";

const AGAIN_AFTER = 700;
type Kind = "table" | "graph";

export function mount(bench: Bench, host: HTMLElement): PanelView {
  const panel = new StatesPanel(bench, host);
  return { show: () => panel.show(), hide: () => panel.hide() };
}

class StatesPanel {
  private readonly words = h("div", { "aria-live": "polite" });
  private readonly body = h("div", {
    class: "machine-body",
    tabindex: "0",
    "aria-label": gettext("States"),
    role: "region",
  });
  private readonly bar = h("div", { class: "machine-bar" });
  private readonly inner = h("input", { type: "checkbox", class: "checkbox checkbox-sm" });
  private machines: Machine[] = [];
  private kind: Kind = "table";
  private isShown = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly bench: Bench,
    host: HTMLElement,
  ) {
    this.inner.addEventListener("change", () => this.paint());
    for (const kind of ["table", "graph"] as const)
      this.bar.append(
        h(
          "button",
          { type: "button", class: "btn btn-sm", "data-kind": kind, onclick: () => this.choose(kind) },
          kind === "table" ? gettext("Table") : gettext("Graph"),
        ),
      );
    this.bar.append(
      h("span", { class: "grow" }),
      h("label", { class: "machine-inner" }, this.inner, h("span", {}, gettext("Inner states"))),
    );
    host.classList.add("machine");
    host.append(this.bar, this.words, this.body);
    bench.tool.on("commandStack.changed", () => this.soon());
    bench.tool.on("selection.changed", ({ newSelection }: { newSelection: { id: string }[] }) =>
      this.follow(newSelection.map(({ id }) => id)),
    );
  }

  show(): void {
    this.isShown = true;
    void this.load();
  }

  hide(): void {
    this.isShown = false;
    clearTimeout(this.timer);
  }

  private soon(): void {
    if (!this.isShown) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), AGAIN_AFTER);
  }

  private async load(): Promise<void> {
    try {
      const { machines } = await post<{ machines: Machine[] }>(this.bench.props.machines_url, {
        xml: await this.bench.readXml(),
      });
      this.machines = machines;
      this.words.replaceChildren();
      this.paint();
    } catch (error) {
      const findings = error instanceof Problem ? error.findings : [];
      this.words.replaceChildren(this.trouble(describe(error), findings));
    }
  }

  private trouble(words: string, findings: Finding[]): HTMLElement {
    return h(
      "div",
      { class: "callout m-3 state-incident" },
      icon("incident"),
      h(
        "div",
        {},
        h("p", {}, findings.length > 0 ? gettext("The diagram cannot run yet, so it has no states:") : words),
        findingList(findings, (node) => void this.bench.goTo(node)),
      ),
    );
  }

  private choose(kind: Kind): void {
    this.kind = kind;
    this.paint();
  }

  private paint(): void {
    for (const button of this.bar.querySelectorAll<HTMLElement>("[data-kind]"))
      button.setAttribute("aria-pressed", String(button.dataset.kind === this.kind));
    this.body.replaceChildren(
      ...this.machines.flatMap((machine) => {
        const edges = this.inner.checked ? edgesOf(machine) : outerEdges(machine);
        const heading =
          this.machines.length > 1 ? [h("h2", { class: "section-title px-3 pt-3" }, machine.name)] : [];
        const part =
          this.kind === "table"
            ? this.table(machine, edges)
            : h(
                "div",
                { class: "graph-space" },
                drawGraph(machine, edges, (state) => void this.bench.goTo(state.node)),
              );
        return [...heading, part];
      }),
    );
    const chosen = this.bench.tool.get<{ get(): { id: string }[] }>("selection").get();
    this.follow(chosen.map(({ id }) => id));
  }

  private table(machine: Machine, edges: Edge[]): HTMLElement {
    const states = new Map(machine.states.map((state) => [state.key, state]));
    const rows = machine.states.flatMap((state) => {
      const own = edges.filter(({ source }) => source === state.key);
      return own.map((edge, index) => this.row(state, edge, states.get(edge.target), index === 0));
    });
    return h(
      "table",
      { class: "rows aside machine-table" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...[gettext("State"), gettext("Event"), gettext("Guard"), gettext("Next state")].map((name) =>
            h("th", { scope: "col" }, name),
          ),
        ),
      ),
      h("tbody", {}, ...rows),
    );
  }

  private row(state: StateRow, edge: Edge, target: StateRow | undefined, isFirst: boolean): HTMLElement {
    return h(
      "tr",
      { "data-node": state.node, "data-flow": edge.flow, class: isFirst ? "begins-state" : "" },
      h("td", { class: "wraps" }, isFirst ? this.link(state) : h("span", { class: "sr-only" }, state.name)),
      h("td", { class: "wraps" }, edge.cause),
      h(
        "td",
        { class: "wraps" },
        edge.guard ? h("code", {}, edge.guard) : edge.isDefault ? gettext("otherwise") : "",
      ),
      h(
        "td",
        { class: "wraps" },
        target ? this.link(target) : "",
        edge.isBirth && state.key !== PROCESS ? ` ${gettext("(beside it)")}` : "",
      ),
    );
  }

  private link(state: StateRow): HTMLElement | string {
    if (state.key.startsWith("#")) return state.name;
    return h(
      "button",
      { type: "button", class: "link-quiet", onclick: () => this.bench.goTo(state.node) },
      state.name,
    );
  }

  /** What is selected on the drawing is marked here. */
  private follow(ids: string[]): void {
    if (!this.isShown) return;
    let first: Element | null = null;
    for (const element of this.body.querySelectorAll<HTMLElement | SVGElement>("[data-node], [data-flow]")) {
      const { node, flow } = element.dataset;
      const isChosen = ids.includes(flow ?? "") || ids.includes(node ?? "");
      element.classList.toggle("is-chosen", isChosen);
      if (isChosen) first ??= element;
    }
    first?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}
