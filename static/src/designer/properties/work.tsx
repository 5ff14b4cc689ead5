/** What does a job: a registered handler with its inputs, how often it is tried and how long it waits between. */
import { gettext } from "../../lib/gettext";
import { readExtension, replaceExtensions, textOf, updateExtension } from "../extension/elements";
import {
  Choose,
  Entry,
  type EntryProps,
  TextInput,
  useAnswer,
  useCatalogue,
  usePage,
  useTool,
  Words,
} from "./parts";

const TASK = "zeebe:TaskDefinition";
const OTHER = "\u0000other";

export function Handler({ element, id }: EntryProps) {
  const get = useTool();
  const catalogue = useCatalogue();
  const type = textOf(readExtension(element.businessObject, TASK), "type");
  const handlers = catalogue?.handlers ?? [];
  const known = handlers.find((handler) => handler.type === type);
  const template = catalogue?.templates.find((one) => one.id === type);
  const choices = [
    { value: "", label: gettext("Choose a handler…") },
    ...handlers.map((handler) => ({ value: handler.type, label: handler.type })),
  ];
  if (type && !known)
    choices.push({
      value: OTHER,
      label: template ? template.name : gettext("%(type)s (an external worker)", { type }),
    });
  return (
    <Entry id={id}>
      <Choose
        id={id}
        label={gettext("Registered handler")}
        value={type && !known ? OTHER : type}
        choices={choices}
        onChange={(value) =>
          value !== OTHER && updateExtension(get, element, TASK, { type: value || undefined })
        }
      />
      {known?.description && <Words>{known.description.replaceAll("`", "")}</Words>}
      {known && known.inputs.length > 0 && (
        <table class="own-table">
          <caption>{gettext("Reads these variables")}</caption>
          <thead>
            <tr>
              <th scope="col">{gettext("Variable")}</th>
              <th scope="col">{gettext("Type")}</th>
              <th scope="col">{gettext("Needed")}</th>
            </tr>
          </thead>
          <tbody>
            {known.inputs.map((input) => (
              <tr key={input.name}>
                <td>
                  <code>{input.name}</code>
                </td>
                <td>{input.type}</td>
                <td>
                  {input.is_required
                    ? gettext("yes")
                    : gettext("else %(value)s", { value: JSON.stringify(input.default) })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {type && catalogue && !known && !template && (
        <Words>
          {gettext(
            "No handler of this installation has this name. An external worker can fetch its jobs over the API.",
          )}
        </Words>
      )}
    </Entry>
  );
}

interface Reading {
  words: string;
  problem: string;
}

export function Retries({ element, id }: EntryProps) {
  const get = useTool();
  const page = usePage();
  const catalogue = useCatalogue();
  const task = readExtension(element.businessObject, TASK);
  const pauses = textOf(readExtension(element.businessObject, "statewright:Retry"), "pauses");
  const known = catalogue?.handlers.find((handler) => handler.type === textOf(task, "type"));
  const text = pauses || known?.retry || "";
  const tries = Number.parseInt(textOf(task, "retries") || "3", 10);
  const retries = Number.isNaN(tries) ? 3 : tries;
  const reading = useAnswer(`${text} ${retries}`, () => page.ask<Reading>("retries", { text, retries }));
  const count = textOf(task, "retries");
  return (
    <Entry id={id}>
      <TextInput
        id={`${id}-count`}
        label={gettext("Attempts")}
        value={count}
        hint="3"
        onChange={(value) => updateExtension(get, element, TASK, { retries: value || undefined })}
      />
      <TextInput
        id={`${id}-pauses`}
        label={gettext("Pauses between attempts")}
        value={pauses}
        hint={known?.retry || "PT10S, PT1M, PT10M"}
        onChange={(value) =>
          replaceExtensions(get, element, "statewright:Retry", value.trim() ? [{ pauses: value.trim() }] : [])
        }
      />
      {reading?.problem ? (
        <Words look="problem">{reading.problem}</Words>
      ) : (
        <Words>
          {reading?.words || gettext("Tries again at once; after the last attempt it is an incident.")}
        </Words>
      )}
    </Entry>
  );
}
