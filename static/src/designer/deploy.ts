/**
 * Deployment from the designer: first a look at what it changes, whether the scenarios go as expected, what is wrong and
 * what it means for what runs; then diagram, forms and decisions go to the server as one.
 */

import { h, icon } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { describe, type Finding, Problem, post } from "../lib/http";
import { toast } from "../lib/toast";
import type { Bench } from "./bench";
import type { Checks } from "./checks";
import {
  type Preview,
  showChanges,
  showImpact,
  showProblems,
  showRenamed,
  showScenarios,
} from "./deploy-parts";
import { isA, type Moddle } from "./extension/elements";
import type { DrawingTool } from "./modeler";
import type { ScenarioResults } from "./trial/model";
import "../styles/deploy.css";

interface Deployed {
  processes: { key: string; name: string; version: number; url: string }[];
}

let opened = 0;

export class DeployDialog {
  private readonly note = h("input", {
    class: "input w-full",
    id: `deploy-note-${++opened}`,
    maxlength: 1000,
    placeholder: gettext("Why, for the history"),
  });
  private readonly parts = h("div", { class: "deploy-parts" }, h("div", { class: "shape island-shape" }));
  private readonly question = h("div");
  private readonly words = h("p", { class: "field-error", role: "alert" });
  private readonly confirm = h("input", { type: "checkbox", class: "checkbox checkbox-sm" });
  private readonly button = h(
    "button",
    { type: "submit", class: "btn btn-primary", disabled: true },
    icon("deploy"),
    gettext("Deploy"),
  );
  private readonly dialog: HTMLDialogElement;
  private isRed = false;
  private hasErrors = false;

  constructor(
    private readonly bench: Bench,
    private readonly checks: Checks,
    private readonly listProblems: () => void,
  ) {
    const title = `deploy-title-${opened}`;
    const form = h(
      "form",
      { class: "modal-box deploy-box" },
      h(
        "h2",
        { id: title, class: "deploy-title" },
        gettext("Deploy %(name)s", { name: bench.nameOfDraft() }),
      ),
      this.parts,
      this.question,
      h("div", { class: "field" }, h("label", { for: this.note.id }, gettext("Note")), this.note),
      this.words,
      h(
        "div",
        { class: "deploy-buttons" },
        h("button", { type: "button", class: "btn", onclick: () => this.dialog.close() }, gettext("Not yet")),
        this.button,
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.deploy();
    });
    this.dialog = h("dialog", { class: "modal", "aria-labelledby": title }, form);
    this.dialog.addEventListener("close", () => this.dialog.remove());
    this.confirm.addEventListener("change", () => this.allow());
  }

  async open(): Promise<void> {
    document.body.append(this.dialog);
    this.dialog.showModal();
    const { props } = this.bench;
    try {
      if (!(await this.bench.draft.save()))
        throw new Error(gettext("The draft could not be saved; see its state above."));
      const files = await this.bench.readFiles();
      const [{ problems }, preview, scenarios] = await Promise.all([
        post<{ problems: Finding[] }>(props.check_url, {
          xml: files[0]?.content ?? "",
          files: files.slice(1),
        }),
        post<Preview>(props.preview_url, { files }),
        post<ScenarioResults>(`${props.scenarios_url}run/`, { files }),
      ]);
      this.checks.show(problems);
      this.show(problems, preview, scenarios);
    } catch (error) {
      this.parts.replaceChildren();
      this.words.textContent = gettext("%(error)s Nothing was deployed; your draft is kept.", {
        error: describe(error),
      });
    }
  }

  private show(problems: Finding[], preview: Preview, scenarios: ScenarioResults): void {
    this.hasErrors = problems.some(({ severity }) => severity !== "warning" && severity !== "info");
    this.isRed = !scenarios.is_green;
    const goTo = (node: string) => {
      this.dialog.close();
      this.bench.showPanel("draw");
      this.bench.goTo(node);
    };
    const { key, compare_url: compareUrl } = this.bench.props;
    const ids = idsOfProcesses(this.bench.tool);
    // The changes may be many: what a person must not overlook stands before them.
    this.parts.replaceChildren(
      showProblems([...problems, ...this.checks.hints], goTo),
      showScenarios(scenarios, this.hasErrors),
      ...(ids.includes(key)
        ? [showImpact(preview), showChanges(preview, goTo, compareUrl)]
        : [showRenamed(preview, key, ids)]),
    );
    if (this.isRed && !this.hasErrors)
      this.question.append(
        h(
          "label",
          { class: "check-line" },
          this.confirm,
          h("span", {}, gettext("Deploy although scenarios do not go as expected")),
        ),
      );
    this.allow();
    (this.button.disabled ? this.note : this.button).focus();
  }

  private allow(): void {
    this.button.disabled = this.hasErrors || (this.isRed && !this.confirm.checked);
  }

  private async deploy(): Promise<void> {
    if (this.button.disabled) return;
    this.button.disabled = true;
    this.words.textContent = "";
    try {
      const body = {
        files: await this.bench.readFiles(),
        note: this.note.value.trim(),
        accept_red: this.isRed && this.confirm.checked,
      };
      const { processes } = await post<Deployed>(this.bench.props.deploy_url, body);
      this.checks.show([]);
      this.dialog.close();
      const [first] = processes;
      const words = first
        ? gettext("%(name)s is deployed as version %(version)s.", {
            name: first.name,
            version: first.version,
          })
        : gettext("Nothing was new: the version stays.");
      const action = first && { label: gettext("Open the process"), run: () => location.assign(first.url) };
      toast(words, { kind: "done", ...(action ? { action } : {}) });
    } catch (error) {
      if (error instanceof Problem && error.findings.length > 0) {
        this.checks.show(error.findings);
        this.dialog.close();
        this.listProblems();
        toast(gettext("Not deployed: %(error)s Your draft is kept.", { error: describe(error) }), {
          kind: "incident",
        });
        return;
      }
      this.words.textContent = gettext("Not deployed: %(error)s Your draft is kept.", {
        error: describe(error),
      });
      this.allow();
    }
  }
}

function idsOfProcesses(tool: DrawingTool): string[] {
  const parts = tool
    .get<{ getDefinitions(): Moddle }>("bpmnjs")
    .getDefinitions()
    .get("rootElements") as Moddle[];
  return parts.filter((one) => isA(one, "bpmn:Process")).map(({ id }) => id ?? "");
}
