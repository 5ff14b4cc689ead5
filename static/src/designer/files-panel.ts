/** What is deployed together with the diagram: its forms and decisions, made, edited, downloaded and removed here. */

import { h, icon } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { toast } from "../lib/toast";
import type { Bench, NamedFile } from "./bench";
import { type DrawnElement, type Moddle, processOf, readExtensions, textOf } from "./extension/elements";
import { download } from "./files";
import type { PanelView } from "./panels";
import { newDecision } from "./properties/decision-files";

interface Row {
  name: string;
  note: string;
  symbol: string;
  open(): void;
  file?: NamedFile;
  /** Absent: something uses it. */
  remove?(): void;
}

export function mount(bench: Bench, host: HTMLElement): PanelView {
  const { page, files, tool } = bench;
  const place = h("div", {});
  const button = (label: string, run: () => void) =>
    h("button", { type: "button", class: "btn btn-sm", onclick: run }, icon("add"), label);
  const makeDecision = () => {
    const made = newDecision(files.list().map(({ name }) => name));
    files.write(made.name, made.content);
    page.openDecision(made.name, made.id);
  };
  const makeForm = () => {
    let name = "form.form";
    for (let number = 2; files.read(name) !== undefined; number += 1) name = `form_${number}.form`;
    const id = name.replace(/\.form$/, "");
    files.write(name, JSON.stringify({ type: "default", id, components: [] }, null, 2));
    page.openForm({ kind: "file", name }, "");
  };
  host.append(
    h(
      "div",
      { class: "p-4 grid gap-3" },
      h("h2", { class: "section-title" }, gettext("Forms and decisions")),
      h(
        "p",
        { class: "text-subtle" },
        gettext("They are saved with this draft and deployed with its diagram, as one version."),
      ),
      h(
        "div",
        { class: "flex flex-wrap gap-2" },
        button(gettext("New form"), makeForm),
        button(gettext("New decision"), makeDecision),
      ),
      place,
    ),
  );
  const line = (row: Row) =>
    h(
      "li",
      { class: "file-row" },
      icon(row.symbol),
      h(
        "button",
        { type: "button", class: "file-name", onclick: row.open },
        h("span", { class: "sr-only" }, `${gettext("Edit")} `),
        h("span", { class: "wrap-anywhere" }, row.name),
        h("span", { class: "row-note" }, row.note),
      ),
      row.file && small("export", gettext("Download %(name)s", { name: row.name }), () => save(row.file)),
      row.file && small("trash", gettext("Remove %(name)s", { name: row.name }), () => remove(row.file)),
    );
  const small = (symbol: string, label: string, run: () => void) =>
    h(
      "button",
      {
        type: "button",
        class: "btn btn-sm btn-ghost btn-square",
        title: label,
        "aria-label": label,
        onclick: run,
      },
      icon(symbol),
    );
  const save = (file?: NamedFile) => file && download(new Blob([file.content]), file.name);
  const remove = (file?: NamedFile) => {
    if (!file) return;
    files.remove(file.name);
    toast(gettext("%(name)s is removed from the draft.", { name: file.name }), {
      action: { label: gettext("Undo"), run: () => files.write(file.name, file.content) },
    });
  };
  const paint = () => {
    const rows = [...embeddedForms(bench), ...files.list().map((file) => rowOf(bench, file))];
    place.replaceChildren(
      rows.length > 0
        ? h("ul", { class: "file-list" }, ...rows.map(line))
        : h(
            "p",
            { class: "text-subtle" },
            gettext("None yet. A task's form can also be made from its properties."),
          ),
    );
  };
  files.onChange(paint);
  tool.on("commandStack.changed", paint);
  tool.on("import.done", paint);
  paint();
  return { show: paint };
}

function rowOf({ page }: Bench, file: NamedFile): Row {
  const { name } = file;
  if (name.endsWith(".form"))
    return {
      name,
      note: gettext("Form"),
      symbol: "form",
      file,
      open: () => page.openForm({ kind: "file", name }, ""),
    };
  return {
    name,
    note: gettext("Decisions"),
    symbol: "decision",
    file,
    open: () => page.openDecision(name, ""),
  };
}

/** The forms that stand in the diagram itself. */
function embeddedForms({ tool, page }: Bench): Row[] {
  const elements = tool.get<{ getAll(): DrawnElement[] }>("elementRegistry").getAll();
  const owners = new Map<Moddle, DrawnElement>();
  for (const element of elements) {
    const process = processOf(element);
    if (process && !owners.has(process)) owners.set(process, element);
  }
  return [...owners].flatMap(([process, element]) =>
    readExtensions(process, "zeebe:UserTaskForm").map((form) => {
      const id = textOf(form, "id");
      return {
        name: id,
        note: gettext("Form in the diagram"),
        symbol: "form",
        open: () => page.openForm({ kind: "embedded", id }, element.id),
      };
    }),
  );
}
