/** The scenarios of the process: kept from trials, run on the draft, opened again, deleted. */

import { h, icon } from "../../lib/dom";
import { gettext } from "../../lib/gettext";
import { call, describe, get, post } from "../../lib/http";
import { toast } from "../../lib/toast";
import type { Bench } from "../bench";
import type { TrialCanvas } from "./canvas";
import type { Scenario, ScenarioResults } from "./model";
import type { Trial } from "./trial";

const ASPECTS = [
  ["status", gettext("How it ends")],
  ["places", gettext("Where it waits")],
  ["way", gettext("The way it takes")],
  ["variables", gettext("Its variables")],
] as const;

export class Scenarios {
  readonly element = h("div", { class: "trial-scenarios" });
  private rows: Scenario[] = [];
  private results: ScenarioResults | null = null;
  private isCovering = false;
  private readonly words = h("p", { class: "field-error", role: "alert" });

  constructor(
    private readonly bench: Bench,
    private readonly trial: Trial,
    private readonly canvas: TrialCanvas,
    private readonly onOpen: () => void,
  ) {}

  async load(): Promise<void> {
    try {
      this.rows = (await get<{ results: Scenario[] }>(this.bench.props.scenarios_url)).results;
      this.words.textContent = "";
    } catch (error) {
      this.words.textContent = describe(error);
    }
    this.paint();
  }

  /** The trial was played on: what was painted of all scenarios is gone. */
  forgetCoverage(): void {
    this.isCovering = false;
  }

  paint(): void {
    const isEmpty = this.rows.length === 0;
    this.element.replaceChildren(
      h(
        "div",
        { class: "trial-bar" },
        h(
          "button",
          { type: "button", class: "btn btn-sm", disabled: isEmpty, onclick: () => void this.run() },
          icon("start"),
          gettext("Run all"),
        ),
        h(
          "button",
          {
            type: "button",
            class: "btn btn-sm",
            disabled: !this.results,
            "aria-pressed": String(this.isCovering),
            onclick: () => this.toggleCoverage(),
          },
          gettext("Show coverage"),
        ),
        h("span", { class: "grow" }),
        h("span", { class: "row-note" }, this.summary()),
      ),
      this.words,
      isEmpty
        ? h(
            "div",
            { class: "empty-state" },
            h("p", { class: "empty-title" }, gettext("No scenarios yet")),
            h(
              "p",
              {},
              gettext(
                "Play a run, then keep it: it is played again before each deployment, and tells when it goes another way.",
              ),
            ),
          )
        : h("ul", { class: "scenario-list" }, ...this.rows.map((row) => this.item(row))),
    );
  }

  saveForm(): HTMLElement {
    const name = h("input", {
      class: "input input-sm grow",
      "aria-label": gettext("Name of the scenario"),
      placeholder: gettext("What this shows, such as “rejected when too dear”"),
      value: this.trial.scenario,
    });
    const aspects = ASPECTS.map(([value, label]) => {
      const box = h("input", { type: "checkbox", class: "checkbox checkbox-sm", value, checked: true });
      return { box, element: h("label", { class: "check-line" }, box, h("span", {}, label)) };
    });
    const words = h("p", { class: "field-error", role: "alert" });
    const form = h(
      "form",
      { class: "scenario-save" },
      h(
        "div",
        { class: "trial-pair" },
        name,
        h("button", { type: "submit", class: "btn btn-sm" }, icon("save"), gettext("Keep as scenario")),
      ),
      h(
        "details",
        {},
        h("summary", { class: "row-note" }, gettext("What has to be the same next time")),
        h("div", { class: "trial-checks" }, ...aspects.map(({ element }) => element)),
      ),
      words,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      words.textContent = "";
      const chosen = aspects.filter(({ box }) => box.checked).map(({ box }) => box.value);
      void this.save(name.value, chosen).then((problem) => {
        words.textContent = problem;
      });
    });
    return form;
  }

  private async save(name: string, aspects: string[]): Promise<string> {
    const { actions, mocks, scenario } = this.trial;
    try {
      await post(this.bench.props.scenarios_url, {
        name,
        aspects,
        actions,
        mocks,
        files: await this.bench.readFiles(),
        replace: name.trim() === scenario,
      });
    } catch (error) {
      return describe(error);
    }
    this.trial.scenario = name.trim();
    toast(gettext("“%(name)s” is kept and runs before each deployment.", { name: name.trim() }), {
      kind: "done",
    });
    await this.load();
    return "";
  }

  private async run(): Promise<void> {
    this.words.textContent = "";
    try {
      const body = { files: await this.bench.readFiles() };
      this.results = await post<ScenarioResults>(`${this.bench.props.scenarios_url}run/`, body);
      this.isCovering = true;
      this.canvas.paintCoverage(this.results.coverage);
    } catch (error) {
      this.words.textContent = describe(error);
    }
    this.paint();
  }

  private toggleCoverage(): void {
    if (!this.results) return;
    this.isCovering = !this.isCovering;
    if (this.isCovering) this.canvas.paintCoverage(this.results.coverage);
    else if (this.trial.picture) this.canvas.paint(this.trial.picture);
    else this.canvas.clear();
    this.paint();
  }

  private summary(): string {
    if (!this.results) return "";
    const { steps, flows } = this.canvas.measure(this.results.coverage);
    const red = this.results.results.filter((result) => !result.is_green).length;
    const verdict =
      red > 0
        ? gettext("%(red)s of %(all)s red", { red, all: this.results.results.length })
        : gettext("All green");
    return gettext(
      "%(verdict)s · %(steps)s of %(all_steps)s steps and %(flows)s of %(all_flows)s flows covered",
      { verdict, steps: steps[0], all_steps: steps[1], flows: flows[0], all_flows: flows[1] },
    );
  }

  private item(row: Scenario): HTMLElement {
    const result = this.results?.results.find(({ id }) => id === row.id);
    const look = result ? (result.is_green ? "done" : "incident") : "none";
    const state = result ? (result.is_green ? gettext("Green") : gettext("Red")) : gettext("Not run");
    return h(
      "li",
      {},
      h("span", { class: `state state-${look}` }, icon(look), h("span", {}, state)),
      h(
        "div",
        { class: "grow" },
        h("p", {}, row.name),
        ...(result?.differences ?? []).map((words) => h("p", { class: "field-error" }, words)),
      ),
      h(
        "button",
        { type: "button", class: "btn btn-sm btn-ghost", onclick: () => void this.open(row) },
        gettext("Play"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-sm btn-ghost btn-square",
          "aria-label": gettext("Delete “%(name)s”", { name: row.name }),
          title: gettext("Delete"),
          onclick: () => void this.remove(row),
        },
        icon("close"),
      ),
    );
  }

  private async open(row: Scenario): Promise<void> {
    this.isCovering = false;
    await this.trial.open(row.name, row.actions, row.mocks);
    this.onOpen();
  }

  private async remove(row: Scenario): Promise<void> {
    try {
      await call("DELETE", `${this.bench.props.scenarios_url}${row.id}/`);
    } catch (error) {
      this.words.textContent = describe(error);
      return;
    }
    const { name, actions, mocks } = row;
    const undo = async () => {
      await post(this.bench.props.scenarios_url, {
        name,
        actions,
        mocks,
        files: await this.bench.readFiles(),
      });
      await this.load();
    };
    toast(gettext("“%(name)s” is deleted.", { name }), {
      action: { label: gettext("Undo"), run: () => void undo() },
    });
    await this.load();
  }
}
