/** Who gets a task: groups picked from those that exist, outcomes as buttons, and the four-eyes rule. */

import { gettext } from "../../lib/gettext";
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

function Chips(props: {
  label: string;
  chosen: { value: string; label: string }[];
  isUnknown(value: string): boolean;
  onRemove(value: string): void;
  removing(label: string): string;
}) {
  return (
    <ul class="own-chips" aria-label={props.label}>
      {props.chosen.map(({ value, label }) => (
        <li key={value} class={props.isUnknown(value) ? "is-unknown" : ""}>
          <span>{label}</span>
          <button type="button" aria-label={props.removing(label)} onClick={() => props.onRemove(value)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

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
        label={gettext("Groups that may do it")}
        value=""
        choices={[
          {
            value: "",
            label: chosen.length > 0 ? gettext("Add another group…") : gettext("Choose a group…"),
          },
          ...others.map((name) => ({ value: name, label: name })),
        ]}
        onChange={(name) => name && write([...chosen, name])}
      />
      <Chips
        label={gettext("Chosen groups")}
        chosen={chosen.map((name) => ({ value: name, label: name }))}
        isUnknown={(name) => catalogue !== null && !known.includes(name)}
        onRemove={(name) => write(chosen.filter((one) => one !== name))}
        removing={(name) => gettext("Remove the group %(name)s", { name })}
      />
      {catalogue && known.length > 0 && chosen.some((name) => !known.includes(name)) && (
        <Words look="problem">
          {gettext("No group has the name %(names)s: nobody would get this task.", {
            names: chosen.filter((name) => !known.includes(name)).join(", "),
          })}
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
          {gettext(
            "Each outcome is a button under the form. The one that is pressed is the variable “outcome”.",
          )}
        </Words>
      )}
      {outcomes.map((one, at) => (
        <div class="own-row" key={at}>
          <TextInput
            id={`outcome-${at}-value`}
            label={gettext("Outcome")}
            value={one.value}
            onChange={(value) => change(at, { value })}
          />
          <TextInput
            id={`outcome-${at}-label`}
            label={gettext("Button")}
            value={one.label}
            hint={one.value}
            onChange={(label) => change(at, { label })}
          />
          <button
            type="button"
            class="own-remove"
            aria-label={gettext("Remove the outcome %(value)s", { value: one.value })}
            onClick={() => write(outcomes.filter((_, index) => index !== at))}
          >
            ×
          </button>
        </div>
      ))}
      <Button onClick={() => write([...outcomes, { value: `outcome${outcomes.length + 1}`, label: "" }])}>
        {gettext("Add an outcome")}
      </Button>
    </Entry>
  );
}

export function FourEyes({ element, id }: EntryProps) {
  const get = useTool();
  const rule = readExtension(element.businessObject, "statewright:FourEyes");
  const chosen = (textOf(rule, "nodes") || textOf(rule, "node")).split(/[\s,]+/).filter(Boolean);
  const registry = get<{ filter(fits: (one: DrawnElement) => boolean): DrawnElement[] }>("elementRegistry");
  const steps = registry.filter((one) => isStepOfSomebody(one) && one.id !== element.id);
  const nameOf = (node: string) => {
    const step = steps.find((one) => one.id === node)?.businessObject;
    if (!step) return node;
    const name = textOf(step, "name") || node;
    return isA(step, "bpmn:StartEvent") ? gettext("%(name)s (who started it)", { name }) : name;
  };
  const write = (nodes: string[]) =>
    replaceExtensions(
      get,
      element,
      "statewright:FourEyes",
      nodes.length > 0 ? [{ nodes: nodes.join(" ") }] : [],
    );
  const others = steps.filter((one) => !chosen.includes(one.id));
  return (
    <Entry id={id}>
      <Choose
        id={id}
        label={gettext("Not by whoever did")}
        value=""
        choices={[
          {
            value: "",
            label: chosen.length > 0 ? gettext("Add another step…") : gettext("Anybody may do it"),
          },
          ...others.map((one) => ({ value: one.id, label: nameOf(one.id) })),
        ]}
        onChange={(node) => node && write([...chosen, node])}
      />
      <Chips
        label={gettext("Chosen steps")}
        chosen={chosen.map((node) => ({ value: node, label: nameOf(node) }))}
        isUnknown={(node) => !steps.some((one) => one.id === node)}
        onRemove={(node) => write(chosen.filter((one) => one !== node))}
        removing={(label) => gettext("Remove the step %(label)s", { label })}
      />
    </Entry>
  );
}

/** A user task, or a start event of the process itself. */
function isStepOfSomebody(one: DrawnElement): boolean {
  if (one.labelTarget) return false;
  const own = one.businessObject;
  return isA(own, "bpmn:UserTask") || (isA(own, "bpmn:StartEvent") && isA(own.$parent, "bpmn:Process"));
}

export function Starter({ element, id }: EntryProps) {
  const get = useTool();
  const variable = textOf(readExtension(element.businessObject, "statewright:Starter"), "variable");
  return (
    <Entry id={id}>
      <TextInput
        id={id}
        label={gettext("Variable with their name")}
        value={variable}
        hint="none"
        onChange={(value) =>
          replaceExtensions(
            get,
            element,
            "statewright:Starter",
            value.trim() ? [{ variable: value.trim() }] : [],
          )
        }
      />
    </Entry>
  );
}
