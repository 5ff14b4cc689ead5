/** Where the code and the message of a caught error or escalation go. */
import { gettext } from "../../lib/gettext";
import { type DrawnElement, isA, type Moddle, textOf } from "../extension/elements";
import { Entry, type EntryProps, TextInput, useTool } from "./parts";

interface Modeling {
  updateModdleProperties(element: DrawnElement, part: Moddle, properties: Record<string, unknown>): void;
}

const NAMES = [
  ["bpmn:ErrorEventDefinition", "statewright:errorCodeVariable", gettext("Variable for the error's code")],
  [
    "bpmn:ErrorEventDefinition",
    "statewright:errorMessageVariable",
    gettext("Variable for the error's message"),
  ],
  [
    "bpmn:EscalationEventDefinition",
    "statewright:escalationCodeVariable",
    gettext("Variable for the escalation's code"),
  ],
] as const;

/** Null for what throws: it names no variables. */
export function readCaught(
  element: DrawnElement,
): { definition: Moddle; name: string; label: string; value: string }[] | null {
  const own = element.businessObject;
  if (!isA(own, "bpmn:CatchEvent")) return null;
  const definitions = (own.get("eventDefinitions") ?? []) as Moddle[];
  const found = NAMES.flatMap(([type, name, label]) =>
    definitions
      .filter((definition) => isA(definition, type))
      .map((definition) => ({ definition, name, label, value: textOf(definition, name) })),
  );
  return found.length > 0 ? found : null;
}

export function CaughtVariables({ element, id }: EntryProps) {
  const get = useTool();
  return (
    <Entry id={id}>
      {(readCaught(element) ?? []).map(({ definition, name, label, value }) => (
        <TextInput
          key={name}
          id={`${id}-${name.split(":")[1]}`}
          label={label}
          value={value}
          onChange={(text) =>
            get<Modeling>("modeling").updateModdleProperties(element, definition, {
              [name]: text.trim() || undefined,
            })
          }
        />
      ))}
    </Entry>
  );
}
