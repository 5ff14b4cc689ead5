/** Who gets a task: groups picked from those that exist, outcomes as buttons, and the four-eyes rule. */

import { together } from "../canvas/together";
import {
  type DrawnElement,
  isA,
  readExtension,
  readExtensions,
  replaceExtensions,
  splitNames,
  textOf,
  updateExtension,
} from "../extension/elements";
import { Button, Choose, Entry, type EntryProps, TextInput, useCatalogue, useTool, Words } from "./parts";

const ASSIGNMENT = "zeebe:AssignmentDefinition";

export function CandidateGroups({ element, id }: EntryProps) {
  const get = useTool();
  const catalogue = useCatalogue();
  const text = textOf(readExtension(element.businessObject, ASSIGNMENT), "candidateGroups");
  if (text.startsWith("=")) return null; // an expression: its own field below shows it
  const chosen = splitNames(text);
  const write = (names: string[]) =>
    updateExtension(get, element, ASSIGNMENT, { candidateGroups: names.join(", ") || undefined });
  const known = catalogue?.groups ?? [];
  const others = known.filter((name) => !chosen.includes(name));
  return (
    <Entry id={id}>
      <Choose
        id={id}
        label="Groups that may do it"
        value=""
        choices={[
          { value: "", label: chosen.length > 0 ? "Add another group…" : "Choose a group…" },
          ...others.map((name) => ({ value: name, label: name })),
        ]}
        onChange={(name) => name && write([...chosen, name])}
      />
      <ul class="own-chips" aria-label="Chosen groups">
        {chosen.map((name) => (
          <li key={name} class={catalogue && !known.includes(name) ? "is-unknown" : ""}>
            <span>{name}</span>
            <button
              type="button"
              aria-label={`Remove the group ${name}`}
              onClick={() => write(chosen.filter((one) => one !== name))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {catalogue && known.length > 0 && chosen.some((name) => !known.includes(name)) && (
        <Words look="problem">
          No group has the name {chosen.filter((name) => !known.includes(name)).join(", ")}: nobody would get
          this task.
        </Words>
      )}
    </Entry>
  );
}

function readOutcomes(element: DrawnElement): { value: string; label: string }[] {
  const own = element.businessObject;
  const listed = readExtensions(own, "statewright:Outcomes").flatMap((list) => list.get("outcomes") as []);
  return [...listed, ...readExtensions(own, "statewright:Outcome")].map((part) => ({
    value: textOf(part, "value"),
    label: textOf(part, "label"),
  }));
}

export function Outcomes({ element, id }: EntryProps) {
  const get = useTool();
  const outcomes = readOutcomes(element);
  const write = (wanted: { value: string; label: string }[]) => {
    const parts = wanted.map(({ value, label }) => ({ value, label: label || undefined }));
    together(get, () => {
      // One form in the file: a list beside single elements would be read twice.
      if (readExtension(element.businessObject, "statewright:Outcomes"))
        replaceExtensions(get, element, "statewright:Outcomes", []);
      replaceExtensions(get, element, "statewright:Outcome", parts);
    });
  };
  const change = (at: number, part: object) =>
    write(outcomes.map((one, index) => (index === at ? { ...one, ...part } : one)));
  return (
    <Entry id={id}>
      {outcomes.length === 0 && (
        <Words>
          Each outcome is a button under the form. The one that is pressed is the variable{" "}
          <code>outcome</code>.
        </Words>
      )}
      {outcomes.map((one, at) => (
        <div class="own-row" key={at}>
          <TextInput
            id={`outcome-${at}-value`}
            label="Outcome"
            value={one.value}
            onChange={(value) => change(at, { value })}
          />
          <TextInput
            id={`outcome-${at}-label`}
            label="Button"
            value={one.label}
            hint={one.value}
            onChange={(label) => change(at, { label })}
          />
          <button
            type="button"
            class="own-remove"
            aria-label={`Remove the outcome ${one.value}`}
            onClick={() => write(outcomes.filter((_, index) => index !== at))}
          >
            ×
          </button>
        </div>
      ))}
      <Button onClick={() => write([...outcomes, { value: `outcome${outcomes.length + 1}`, label: "" }])}>
        Add an outcome
      </Button>
    </Entry>
  );
}

export function FourEyes({ element, id }: EntryProps) {
  const get = useTool();
  const known = readExtension(element.businessObject, "statewright:FourEyes");
  const chosen = textOf(known, "nodes") || textOf(known, "node");
  const registry = get<{ filter(fits: (one: DrawnElement) => boolean): DrawnElement[] }>("elementRegistry");
  const tasks = registry.filter((one) => isA(one.businessObject, "bpmn:UserTask") && one.id !== element.id);
  const choices = tasks
    .filter((one) => !one.labelTarget)
    .map((one) => ({ value: one.id, label: textOf(one.businessObject, "name") || one.id }));
  if (chosen && !choices.some(({ value }) => value === chosen))
    choices.push({ value: chosen, label: chosen });
  return (
    <Entry id={id}>
      <Choose
        id={id}
        label="Not by whoever did"
        value={chosen}
        choices={[{ value: "", label: "Anybody may do it" }, ...choices]}
        onChange={(node) =>
          replaceExtensions(get, element, "statewright:FourEyes", node ? [{ nodes: node }] : [])
        }
      />
    </Entry>
  );
}
