/** A timer in plain words with its next three firings, by the engine's own arithmetic. */
import { region, zone } from "../../lib/formats";
import { gettext } from "../../lib/gettext";
import {
  type DrawnElement,
  isA,
  type Moddle,
  readExtension,
  replaceExtensions,
  textOf,
} from "../extension/elements";
import { Entry, type EntryProps, TextInput, useAnswer, usePage, useTool, Words } from "./parts";

interface Reading {
  words: string;
  firings: string[];
  problem: string;
}

const KINDS = [
  ["date", "timeDate"],
  ["duration", "timeDuration"],
  ["cycle", "timeCycle"],
] as const;

export function readTimer(element: DrawnElement): { kind: string; text: string } | null {
  const definitions = (element.businessObject.get("eventDefinitions") ?? []) as Moddle[];
  const timer = definitions.find((one) => isA(one, "bpmn:TimerEventDefinition"));
  for (const [kind, name] of KINDS) {
    const formula = timer?.get(name) as Moddle | undefined;
    if (formula) return { kind, text: textOf(formula, "body") };
  }
  return null;
}

const moment = new Intl.DateTimeFormat(region(), {
  dateStyle: "medium",
  timeStyle: "medium",
  timeZone: zone(),
});

export function TimerReading({ element, id }: EntryProps) {
  const page = usePage();
  const timer = readTimer(element);
  const reading = useAnswer(timer ? `${timer.kind} ${timer.text}` : "", () =>
    timer?.text ? page.ask<Reading>("timer", timer) : Promise.reject(new Error("none")),
  );
  if (!timer?.text || !reading) return null;
  if (reading.problem)
    return (
      <Entry id={id}>
        <Words look="problem">{reading.problem}</Words>
      </Entry>
    );
  return (
    <Entry id={id}>
      <Words>{reading.words.charAt(0).toUpperCase() + reading.words.slice(1)}.</Words>
      <p class="own-caption">{gettext("If it began to wait now, it would fire")}</p>
      <ol class="own-firings">
        {reading.firings.map((one) => (
          <li key={one}>
            <time dateTime={one}>{moment.format(new Date(one))}</time>
          </li>
        ))}
      </ol>
    </Entry>
  );
}

export function RunDate({ element, id }: EntryProps) {
  const get = useTool();
  const variable = textOf(readExtension(element.businessObject, "statewright:RunDate"), "variable");
  return (
    <Entry id={id}>
      <TextInput
        id={`${id}-variable`}
        label={gettext("Variable for the date of the run")}
        value={variable}
        hint="date"
        onChange={(value) =>
          replaceExtensions(
            get,
            element,
            "statewright:RunDate",
            value.trim() ? [{ variable: value.trim() }] : [],
          )
        }
      />
      <Words>
        {variable
          ? gettext(
              "Each run knows its date and has it as business key; a date runs once. A backfill starts past dates here.",
            )
          : gettext("Without it a run does not know for which date it is.")}
      </Words>
    </Entry>
  );
}
