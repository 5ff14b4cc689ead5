/** A process told as states and transitions: a table or JSON, drawn while it is written, made into a diagram at the end. */

import { drawGraph } from "../designer/machine/graph";
import { machineOf, readNames, readWays, type Way } from "../designer/machine/written";
import { h, icon, readProps } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { describe, Problem, post } from "../lib/http";
import "../styles/machine.css";
import "../styles/states.css";

interface StatesProps {
  drafts_url: string;
  /** The designer of the new draft; `KEY` stands for its id. */
  edit_url: string;
  name: string;
}

type Field = Exclude<keyof Way, "name">;

const FIELDS: [field: Field, label: string, hint: string][] = [
  ["from", gettext("State"), gettext("Draft")],
  ["event", gettext("Event"), "submit"],
  ["after", gettext("or after"), "P3D"],
  ["guard", gettext("Guard"), "amount > 0"],
  ["to", gettext("Next state"), gettext("In review")],
  ["do", gettext("Job"), ""],
];
const EXAMPLE: Way[] = [
  {
    from: gettext("Draft"),
    event: "submit",
    after: "",
    guard: "",
    to: gettext("In review"),
    do: "",
    name: "",
  },
  {
    from: gettext("Draft"),
    event: "cancel",
    after: "",
    guard: "",
    to: gettext("Cancelled"),
    do: "",
    name: "",
  },
  {
    from: gettext("In review"),
    event: "approve",
    after: "",
    guard: "",
    to: gettext("Approved"),
    do: "",
    name: "",
  },
  {
    from: gettext("In review"),
    event: "reject",
    after: "",
    guard: "",
    to: gettext("Draft"),
    do: "",
    name: "",
  },
];
const EMPTY: Way = { from: "", event: "", after: "", guard: "", to: "", do: "", name: "" };

export function mount(root: HTMLElement): void {
  new StatesPage(root, readProps<StatesProps>(root));
}

class StatesPage {
  private readonly name: HTMLInputElement;
  private readonly rows = h("tbody");
  private readonly json = h("textarea", {
    class: "textarea states-json",
    "aria-label": gettext("States as JSON"),
    spellcheck: "false",
    rows: 24,
  });
  private readonly table: HTMLElement;
  private readonly preview = h("div", {
    class: "graph-space",
    role: "region",
    "aria-label": gettext("Preview"),
    tabindex: "0",
  });
  private readonly words = h("div", { class: "field-error", role: "alert" });
  private readonly create = h(
    "button",
    { type: "submit", class: "btn btn-primary" },
    gettext("Create the process"),
  );
  private isJson = false;
  /** Of states, by id: the table has no column for it. */
  private named: Record<string, string> = {};

  constructor(
    root: HTMLElement,
    private readonly props: StatesProps,
  ) {
    this.name = h("input", {
      class: "input w-full max-w-80",
      id: "states-name",
      required: true,
      maxlength: 200,
    });
    this.name.value = props.name;
    this.table = h(
      "div",
      { class: "states-table" },
      h(
        "table",
        { class: "rows aside" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...FIELDS.map(([, label]) => h("th", { scope: "col" }, label)),
            h("th", { scope: "col" }, h("span", { class: "sr-only" }, gettext("Remove"))),
          ),
        ),
        this.rows,
      ),
      h(
        "button",
        { type: "button", class: "btn btn-sm mt-2", onclick: () => this.addRow(EMPTY, true) },
        icon("add"),
        gettext("Add a transition"),
      ),
      h(
        "p",
        { class: "field-hint mt-3" },
        gettext(
          "The first state is where it begins. A state that nothing leaves is an end. Times are ISO 8601 durations.",
        ),
      ),
    );
    for (const way of EXAMPLE) this.addRow(way, false);
    this.json.hidden = true;
    this.json.addEventListener("input", () => {
      this.draw();
      this.takeName(this.readJson());
    });
    const switcher = h(
      "button",
      { type: "button", class: "btn btn-sm", onclick: () => this.toggle(switcher) },
      gettext("As JSON"),
    );
    const form = h(
      "form",
      { class: "states-form" },
      h(
        "div",
        { class: "states-head" },
        h("div", { class: "field grow" }, h("label", { for: "states-name" }, gettext("Name")), this.name),
        switcher,
      ),
      this.table,
      this.json,
      this.words,
      h("div", {}, this.create),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    root.replaceChildren(h("div", { class: "states-page" }, form, this.preview));
    this.draw();
  }

  private addRow(way: Way, isFocused: boolean): void {
    const row = h("tr", { "data-name": way.name });
    for (const [field, label, hint] of FIELDS) {
      const input = h("input", {
        class: "input input-sm w-full",
        "aria-label": label,
        "data-field": field,
        placeholder: this.rows.children.length === 0 ? hint : "",
        value: way[field],
        maxlength: 200,
      });
      input.addEventListener("input", () => this.draw());
      row.append(h("td", { "data-label": label }, input));
    }
    const remove = h(
      "button",
      {
        type: "button",
        class: "btn btn-sm btn-ghost btn-square",
        "aria-label": gettext("Remove this transition"),
        title: gettext("Remove"),
      },
      icon("close"),
    );
    remove.addEventListener("click", () => {
      row.remove();
      this.draw();
    });
    row.append(h("td", {}, remove));
    this.rows.append(row);
    if (isFocused) row.querySelector("input")?.focus();
  }

  private ways(): Way[] {
    return [...this.rows.children]
      .map((row) => {
        const read = (field: Field) =>
          row.querySelector<HTMLInputElement>(`[data-field="${field}"]`)?.value.trim() ?? "";
        const written = Object.fromEntries(FIELDS.map(([field]) => [field, read(field)]));
        return { ...written, name: written.do && (row as HTMLElement).dataset.name } as unknown as Way;
      })
      .filter((way) => Object.values(way).some(Boolean));
  }

  private toggle(button: HTMLElement): void {
    if (!this.isJson) this.json.value = JSON.stringify(this.states(), null, 2);
    else {
      const found = this.readJson();
      if (!found) return;
      const ways = readWays(found);
      this.takeName(found);
      if (ways) {
        this.named = readNames(found);
        this.rows.replaceChildren();
        for (const way of ways) this.addRow(way, false);
      }
    }
    this.isJson = !this.isJson;
    this.table.hidden = this.isJson;
    this.json.hidden = !this.isJson;
    button.textContent = this.isJson ? gettext("As a table") : gettext("As JSON");
    this.draw();
  }

  private states(): Record<string, unknown> {
    const ways = this.ways();
    const [first] = ways;
    return {
      name: this.name.value.trim(),
      initial: first?.from ?? "",
      states: [...new Set(ways.flatMap(({ from, to }) => [from, to]))]
        .filter(Boolean)
        .map((id) => ({ id, name: this.named[id] ?? id })),
      transitions: ways.map((way) =>
        Object.fromEntries(Object.entries(way).filter(([, text]) => text !== "")),
      ),
    };
  }

  /** What is sent has the name of the field above, so a name that is written in the JSON goes there. */
  private takeName(found: Record<string, unknown> | null): void {
    if (typeof found?.name === "string" && found.name.trim()) this.name.value = found.name.trim();
  }

  private readJson(): Record<string, unknown> | null {
    try {
      const found: unknown = JSON.parse(this.json.value);
      if (typeof found === "object" && found !== null) return found as Record<string, unknown>;
      this.words.textContent = gettext("States and transitions are one JSON object.");
    } catch (error) {
      this.words.textContent = gettext("This is no JSON: %(message)s", { message: (error as Error).message });
    }
    return null;
  }

  /** The graph follows while somebody writes; what cannot be read yet leaves the last one. */
  private draw(): void {
    this.words.textContent = "";
    const found = this.isJson ? this.readJson() : this.states();
    const ways = found && readWays(found);
    if (!ways || ways.length === 0) return;
    const machine = machineOf(this.name.value, ways, found ? readNames(found) : {});
    this.preview.replaceChildren(drawGraph(machine, machine.edges, () => undefined));
  }

  private async send(): Promise<void> {
    this.words.textContent = "";
    const states = this.isJson ? this.readJson() : this.states();
    if (!states) return;
    this.create.disabled = true;
    try {
      const named = { ...states, name: this.name.value.trim() };
      const { key } = await post<{ key: string }>(this.props.drafts_url, { states: named });
      location.assign(this.props.edit_url.replace("KEY", encodeURIComponent(key)));
    } catch (error) {
      const findings = error instanceof Problem ? error.findings : [];
      this.words.replaceChildren(
        ...(findings.length > 0
          ? findings.map(({ message }) => h("p", {}, message))
          : [h("p", {}, describe(error))]),
      );
      this.create.disabled = false;
    }
  }
}
