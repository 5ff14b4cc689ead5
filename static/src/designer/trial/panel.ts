/** The Test panel: runs the draft on the real engine in memory, shows it on the drawing, keeps runs as scenarios. */

import { h, icon } from "../../lib/dom";
import { gettext } from "../../lib/gettext";
import { statusInSentence } from "../../lib/state";
import { exactTime } from "../../lib/times";
import type { Bench } from "../bench";
import type { PanelView } from "../panels";
import { TrialCanvas } from "./canvas";
import { formField } from "./form-field";
import type { Action, Picture, Run } from "./model";
import { Scenarios } from "./scenarios";
import { stepList } from "./steps";
import { Trial } from "./trial";
import { troubleWords } from "./trouble";
import { jsonField, variablesTable } from "./values";
import { actionButtons, eventCard, waitCard } from "./waits";
import "../../styles/trial.css";

const REPLAY_AFTER = 700;
const TABS = {
  now: gettext("Now"),
  variables: gettext("Variables"),
  steps: gettext("Steps"),
  scenarios: gettext("Scenarios"),
};
type Tab = keyof typeof TABS;

export async function mount(bench: Bench, host: HTMLElement): Promise<PanelView> {
  const panel = new TestPanel(bench, host);
  return { show: () => panel.show(), hide: () => panel.hide() };
}

class TestPanel {
  private readonly canvas: TrialCanvas;
  readonly trial: Trial;
  private readonly scenarios: Scenarios;
  private readonly bar = h("div", { class: "trial-bar" });
  private readonly trouble = h("div", { "aria-live": "polite" });
  private readonly tabs = h("div", { class: "tabs-line", role: "tablist", "aria-label": gettext("Test") });
  private readonly body = h("div", { class: "trial-body", role: "tabpanel", tabindex: "0" });
  private tab: Tab = "now";
  private isShown = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shownSteps = 0;
  private begun: string | null = null;

  constructor(
    private readonly bench: Bench,
    host: HTMLElement,
  ) {
    this.canvas = new TrialCanvas(bench.tool);
    this.trial = new Trial(bench, () => this.changed());
    this.scenarios = new Scenarios(bench, this.trial, this.canvas, () => this.choose("now"));
    for (const [tab, label] of Object.entries(TABS) as [Tab, string][])
      this.tabs.append(
        h("button", { type: "button", role: "tab", "data-tab": tab, onclick: () => this.choose(tab) }, label),
      );
    this.tabs.addEventListener("keydown", (event) => this.walk(event));
    host.classList.add("trial");
    host.append(this.bar, this.trouble, this.tabs, this.body);
    bench.tool.on("commandStack.changed", () => this.replaySoon());
    bench.files.onChange(() => this.replaySoon());
    bench.tool.on("element.click", ({ element }: { element: { id: string } }) => this.pointAt(element.id));
  }

  show(): void {
    this.isShown = true;
    void this.scenarios.load();
    void this.trial.play();
  }

  hide(): void {
    this.isShown = false;
    clearTimeout(this.timer);
    this.canvas.clear();
  }

  private replaySoon(): void {
    if (!this.isShown) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.trial.play(), REPLAY_AFTER);
  }

  private changed(): void {
    this.paintBar();
    this.paintTrouble();
    if (this.trial.isBusy) return;
    this.scenarios.forgetCoverage();
    // A replay that changes nothing leaves what somebody types into the start form.
    const begun = this.beginnings();
    if (this.tab !== "now" || begun === null || begun !== this.begun) this.paintBody();
    const { picture } = this.trial;
    if (!picture || !this.isShown) return;
    const last = picture.steps.length > this.shownSteps ? picture.steps.at(-1) : undefined;
    this.shownSteps = picture.steps.length;
    void this.canvas.animate(last).then(() => {
      if (this.isShown && picture === this.trial.picture) this.canvas.paint(picture);
    });
  }

  private choose(tab: Tab): void {
    this.tab = tab;
    this.paintBody();
  }

  private walk(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = Object.keys(TABS) as Tab[];
    const next = tabs[(tabs.indexOf(this.tab) + step + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    this.choose(next);
    this.tabs.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  }

  private paintBar(): void {
    const { picture, actions, isBusy } = this.trial;
    const due = picture?.next_due ? new Date(picture.next_due) : null;
    const button = (label: string, symbol: string, isOff: boolean, run: () => void, title = "") =>
      h(
        "button",
        { type: "button", class: "btn btn-sm", disabled: isOff, title, onclick: run },
        icon(symbol),
        label,
      );
    this.bar.replaceChildren(
      button(gettext("Start over"), "retry", actions.length === 0, () => void this.trial.restart()),
      button(gettext("Step back"), "undo", actions.length === 0, () => void this.trial.takeBack()),
      button(
        gettext("Next timer"),
        "waiting",
        !due,
        () => void this.trial.do({ do: "next_timer" }),
        due ? gettext("The clock goes on to %(due)s", { due: exactTime(due) }) : gettext("No timer is set"),
      ),
      h("span", { class: "grow" }),
      h(
        "span",
        { class: "row-note trial-clock", role: "status" },
        isBusy ? gettext("Playing…") : clockWords(picture),
      ),
    );
  }

  private paintTrouble(): void {
    if (this.trial.isBusy) return;
    const { trouble } = this.trial;
    this.trouble.replaceChildren(
      ...(trouble ? [troubleWords(this.trial, trouble, (node) => void this.bench.goTo(node))] : []),
    );
  }

  /** What could begin, where nothing has begun. */
  private beginnings(): string | null {
    const { picture } = this.trial;
    return picture?.runs.length === 0 ? JSON.stringify([picture.starts, picture.events]) : null;
  }

  private paintBody(): void {
    this.begun = this.tab === "now" ? this.beginnings() : null;
    for (const tab of this.tabs.querySelectorAll<HTMLElement>("[role=tab]")) {
      const isChosen = tab.dataset.tab === this.tab;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    const { picture } = this.trial;
    this.body.setAttribute("aria-label", TABS[this.tab]);
    if (this.tab === "scenarios") {
      this.scenarios.paint();
      this.body.replaceChildren(this.scenarios.element);
    } else if (!picture) this.body.replaceChildren(h("div", { class: "shape island-shape" }));
    else if (this.tab === "variables")
      this.body.replaceChildren(...picture.runs.flatMap((run) => this.variables(run)));
    else if (this.tab === "steps")
      this.body.replaceChildren(stepList(picture, this.canvas, (node) => this.bench.goTo(node)));
    else this.body.replaceChildren(...this.now(picture));
    if (this.tab === "variables" && picture?.runs.length === 0)
      this.body.replaceChildren(h("p", { class: "p-4 text-subtle" }, gettext("Start a run first.")));
  }

  private variables(run: Run): HTMLElement[] {
    const changed = this.trial.picture?.steps.at(-1)?.changed[run.id] ?? {};
    const heading = h(
      "h2",
      { class: "section-title px-4 pt-3" },
      gettext("Run %(id)s of %(process)s", { id: run.id, process: run.process }),
    );
    const isAlone = this.trial.picture?.runs.length === 1;
    return [...(isAlone ? [] : [heading]), variablesTable(run.variables, changed), ...this.setForm(run)];
  }

  /** Conditions that read them are asked. */
  private setForm(run: Run): HTMLElement[] {
    if (run.status !== "active") return [];
    const field = jsonField(gettext("Set variables, as JSON"));
    const set = () => {
      const variables = field.read();
      return variables && Object.keys(variables).length > 0 ? { do: "set", run: run.id, variables } : null;
    };
    return [
      h(
        "section",
        { class: "trial-start" },
        field.element,
        actionButtons(this, [{ label: gettext("Set"), run: set }]),
      ),
    ];
  }

  private now(picture: Picture): HTMLElement[] {
    if (picture.runs.length === 0) return this.begin(picture);
    const cards = {
      trial: this.trial,
      goTo: (node: string) => void this.bench.goTo(node),
      nameOf: (node: string) => this.canvas.nameOf(node),
    };
    const waits = picture.runs
      .filter(({ status }) => status === "active")
      .flatMap((run) => run.waits.map((wait) => waitCard(cards, run, wait)));
    const events = picture.events.filter(({ run }) => run !== null);
    return [
      ...picture.runs.filter(({ status }) => status !== "active").map(endWords),
      ...picture.failed_starts.map((message) =>
        h("p", { class: "field-error px-4" }, gettext("A start failed: %(message)s", { message })),
      ),
      ...waits,
      ...(events.length > 0
        ? [
            h("h2", { class: "section-title px-4" }, gettext("May happen now")),
            h("ul", { class: "trial-events" }, ...events.map((event) => eventCard(cards, event))),
          ]
        : []),
      this.scenarios.saveForm(),
    ];
  }

  /** Nothing runs yet: the start form or JSON, and the messages and signals that start it. */
  private begin(picture: Picture): HTMLElement[] {
    const cards = {
      trial: this.trial,
      goTo: (node: string) => void this.bench.goTo(node),
      nameOf: (node: string) => this.canvas.nameOf(node),
    };
    const [start] = picture.starts;
    const parts: HTMLElement[] = [];
    if (start) {
      const field = formField(start.form, {}, gettext("Variables as JSON"));
      const run = (): Action | null => {
        const read = field.read();
        return read && { do: read.isForm ? "submit_start" : "start", variables: read.variables };
      };
      parts.push(
        h(
          "section",
          { class: "trial-start" },
          h(
            "p",
            { class: "text-subtle" },
            gettext("Runs this draft on the engine, in memory: nothing is stored, no handler is called."),
          ),
          field.element,
          actionButtons(cards, [{ label: gettext("Start"), isMain: true, run }], ({ fields }) =>
            field.refuse(fields),
          ),
        ),
      );
    }
    const events = picture.events.filter(({ kind }) => kind !== "timer");
    if (events.length > 0)
      parts.push(h("ul", { class: "trial-events" }, ...events.map((event) => eventCard(cards, event))));
    if (parts.length === 0)
      parts.push(
        h(
          "div",
          { class: "empty-state" },
          h("p", { class: "empty-title" }, gettext("Nothing starts this process by hand")),
          h(
            "p",
            {},
            gettext(
              "It starts by a timer or a condition: go on to the next timer, or add a plain start event.",
            ),
          ),
        ),
      );
    return parts;
  }

  private pointAt(node: string): void {
    if (!this.isShown || this.tab !== "now") return;
    const card = this.body.querySelector<HTMLElement>(`[data-wait="${CSS.escape(node)}"]`);
    card?.scrollIntoView({ block: "nearest" });
    card?.querySelector<HTMLElement>("input, textarea, .btn")?.focus();
  }
}

function endWords(run: Run): HTMLElement {
  const look = run.status === "completed" ? "done" : run.status === "failed" ? "incident" : "cancelled";
  const values = { id: run.id, status: statusInSentence(run.status), error: run.error ?? "" };
  return h(
    "p",
    { class: "trial-end", role: "status" },
    h(
      "span",
      { class: `state state-${look}` },
      icon(look),
      h(
        "span",
        {},
        run.error
          ? gettext("Run %(id)s is %(status)s with the error %(error)s", values)
          : gettext("Run %(id)s is %(status)s", values),
      ),
    ),
  );
}

function clockWords(picture: Picture | null): string {
  return picture ? gettext("Clock: %(time)s UTC", { time: picture.now.slice(0, 16).replace("T", " ") }) : "";
}
