/** Opens the editors of forms and decisions, each fetched when it is first needed, and writes back what was made. */
import { gettext } from "../../lib/gettext";
import { describe } from "../../lib/http";
import { toast } from "../../lib/toast";
import type { Bench } from "../bench";
import type { FormPlace } from "../context";
import { type DrawnElement, processOf, readExtensions, textOf } from "../extension/elements";
import { type FormVariable, fieldsOf } from "./form-fields";

interface Modeling {
  updateModdleProperties(element: DrawnElement, part: unknown, properties: object): void;
}

interface Variables {
  getVariablesForElement(own: unknown): Promise<{ name: string; detail?: string }[]>;
}

export function connectEditors(bench: Bench): void {
  const { page } = bench;
  const guard = (work: Promise<void>) =>
    void work.catch((error: unknown) =>
      toast(gettext("The editor did not open: %(error)s Nothing was changed.", { error: describe(error) }), {
        kind: "incident",
      }),
    );
  page.openForm = (place, element) => guard(openForm(bench, place, element));
  page.openDecision = (name, decision) => guard(openDecision(bench, name, decision));
}

async function openForm(bench: Bench, place: FormPlace, id: string): Promise<void> {
  const { tool, files } = bench;
  const element = tool.get<{ get(id: string): DrawnElement | undefined }>("elementRegistry").get(id);
  const variables = element ? await variablesAt(bench, element) : [];
  const { editForm } = await import("./form-editor");
  if (place.kind === "file") {
    await editForm(place.name, files.read(place.name) ?? "", variables, (schema) =>
      files.write(place.name, schema),
    );
    return;
  }
  const process = element && processOf(element);
  const part =
    process && readExtensions(process, "zeebe:UserTaskForm").find((one) => textOf(one, "id") === place.id);
  if (!element || !part) throw new Error(gettext("The diagram has no form “%(name)s”.", { name: place.id }));
  await editForm(place.id, textOf(part, "body"), variables, (schema) => {
    if (schema !== textOf(part, "body"))
      tool.get<Modeling>("modeling").updateModdleProperties(element, part, { body: schema });
  });
}

/** What is known of the data that reaches the element, and what the forms of the process gather. */
async function variablesAt(bench: Bench, element: DrawnElement): Promise<FormVariable[]> {
  const names = new Map<string, string>();
  const process = processOf(element);
  const embedded = process
    ? readExtensions(process, "zeebe:UserTaskForm").map((one) => textOf(one, "body"))
    : [];
  for (const schema of [...embedded, ...bench.page.listFiles(".form").map(({ content }) => content)])
    for (const { name, type } of fieldsOf(schema)) names.set(name, type);
  const known = await bench.tool
    .get<Variables>("variableResolver")
    .getVariablesForElement(element.businessObject)
    .catch(() => []);
  for (const { name, detail } of known) if (!names.has(name) || detail) names.set(name, detail ?? "");
  return [...names].map(([name, type]) => ({ name, type })).sort((a, b) => a.name.localeCompare(b.name));
}

async function openDecision(bench: Bench, name: string, decision: string): Promise<void> {
  const { page } = bench;
  const content = bench.files.read(name);
  if (content === undefined) throw new Error(gettext("The draft has no file “%(name)s”.", { name }));
  const { editDecision } = await import("./decision-editor");
  await editDecision({ name, content }, decision, {
    others: page.listFiles(".dmn").filter((file) => file.name !== name),
    evaluate: (body) => page.ask("decision", body),
    write: (xml) => bench.files.write(name, xml),
  });
}
