/** Our own groups and entries in the properties panel, among those of the library. */

import { Group } from "@bpmn-io/properties-panel";
import type { FunctionComponent } from "@bpmn-io/properties-panel/preact";
import { gettext } from "../../lib/gettext";
import { readComments } from "../extension/comments";
import { type DrawnElement, isA, readExtension } from "../extension/elements";
import { CaughtVariables, readCaught } from "./caught";
import { Comments } from "./comments";
import { CalledDecision } from "./decisions";
import { TaskForm } from "./forms";
import { readCondition, TryGuard } from "./guard";
import { AtOnce, hasLimit, readParallelLoop } from "./instances";
import { BUSINESS_KEY, BusinessKey } from "./naming";
import type { EntryProps } from "./parts";
import { CandidateGroups, FourEyes, Outcomes, Starter } from "./people";
import { RunDate, readTimer, TimerReading } from "./timing";
import { Handler, Retries } from "./work";

interface PanelEntry {
  id: string;
  component: FunctionComponent<EntryProps>;
  isEdited?(): boolean;
}

interface PanelGroup {
  id: string;
  label?: string;
  component?: unknown;
  tooltip?: string;
  entries?: PanelEntry[];
  shouldOpen?: boolean;
}

const entry = (id: string, component: FunctionComponent<EntryProps>, isEdited = false): PanelEntry => ({
  id,
  component,
  isEdited: () => isEdited,
});
const group = (id: string, label: string, ...entries: PanelEntry[]): PanelGroup => ({
  id,
  label,
  component: Group,
  entries,
});

/** The library's entries that ours stand in for. */
const REPLACED = new Set(["formType", "formConfiguration", "formId", "bindingType", "taskDefinitionRetries"]);
/** Groups without a meaning here: a user task is a task of the inbox, however the file calls it. */
const MEANINGLESS = new Set(["userTaskImplementation"]);

export class OwnProperties {
  static readonly $inject = ["propertiesPanel"];

  constructor(panel: { registerProvider(priority: number, provider: OwnProperties): void }) {
    // After all others, whose groups are then there to be added to.
    panel.registerProvider(100, this);
  }

  getGroups(element: DrawnElement): (groups: PanelGroup[]) => PanelGroup[] {
    return (all) => {
      const own = element.businessObject;
      const has = (type: string) => readExtension(own, type) !== undefined;
      const groups = all.filter(({ id }) => !MEANINGLESS.has(id));
      for (const one of groups) addTo(one, element);
      const made: PanelGroup[] = [];
      const hasForms = groups.some(({ id }) => id === "form");
      if (!hasForms && isA(own, "bpmn:StartEvent") && !hasEventDefinition(element))
        made.push(
          group(
            "start-form",
            gettext("Start form"),
            entry("own-form", TaskForm, has("zeebe:FormDefinition")),
          ),
        );
      if (isA(own, "bpmn:StartEvent"))
        made.push(
          group(
            "own-starter",
            gettext("Who starts it"),
            entry("own-starter", Starter, has("statewright:Starter")),
          ),
        );
      if (isA(own, "bpmn:StartEvent"))
        made.push(
          group(
            "own-business-key",
            gettext("Business key"),
            entry("own-business-key", BusinessKey, has(BUSINESS_KEY)),
          ),
        );
      if (isA(own, "bpmn:StartEvent") && readTimer(element))
        made.push(
          group(
            "own-run-date",
            gettext("Run date"),
            entry("own-run-date", RunDate, has("statewright:RunDate")),
          ),
        );
      if (isA(own, "bpmn:UserTask")) {
        made.push(
          group(
            "own-outcomes",
            gettext("Outcomes"),
            entry("own-outcomes", Outcomes, has("statewright:Outcome")),
          ),
        );
        made.push(
          group(
            "own-four-eyes",
            gettext("Four eyes"),
            entry("own-four-eyes", FourEyes, has("statewright:FourEyes")),
          ),
        );
      }
      if (groups.some(({ id }) => id === "taskDefinition"))
        made.push(
          group("own-retries", gettext("Retries"), entry("own-retries", Retries, has("statewright:Retry"))),
        );
      const comments = readComments(element).length;
      const title = comments > 0 ? gettext("Comments (%(comments)s)", { comments }) : gettext("Comments");
      return insertAfterGeneral(groups, made).concat(
        group("own-comments", title, entry("own-comments", Comments)),
      );
    };
  }
}

function addTo(one: PanelGroup, element: DrawnElement): void {
  const { entries } = one;
  if (!entries) return;
  // The library's own explanation leads to a vendor's documentation.
  if (one.id === "additionalDataGroup")
    one.tooltip = gettext(
      "What this element gives, as an example: for completion only, never for running it.",
    );
  const put = (own: PanelEntry) => entries.unshift(own);
  if (one.id === "assignmentDefinition") put(entry("own-groups", CandidateGroups));
  else if (one.id === "taskDefinition") {
    one.label = gettext("Handler");
    one.entries = [entry("own-handler", Handler), ...entries.filter(({ id }) => !REPLACED.has(id))];
  } else if (one.id === "form") {
    const isEdited = readExtension(element.businessObject, "zeebe:FormDefinition") !== undefined;
    one.entries = [entry("own-form", TaskForm, isEdited), ...entries.filter(({ id }) => !REPLACED.has(id))];
  } else if (one.id === "calledDecision") put(entry("own-decision", CalledDecision));
  else if (one.id === "multiInstance" && readParallelLoop(element))
    entries.push(entry("own-at-once", AtOnce, hasLimit(element)));
  else if (one.id === "error" || one.id === "escalation") {
    const names = readCaught(element);
    if (names)
      entries.push(
        entry(
          "own-caught",
          CaughtVariables,
          names.some(({ value }) => value !== ""),
        ),
      );
  } else if (one.id === "timer" && readTimer(element)) entries.push(entry("own-timer", TimerReading));
  else if (one.id === "condition" && readCondition(element)) entries.push(entry("own-try", TryGuard));
}

function insertAfterGeneral(groups: PanelGroup[], made: PanelGroup[]): PanelGroup[] {
  const anchors = ["form", "taskDefinition", "assignmentDefinition", "documentation", "general"];
  const anchor = anchors.find((id) => groups.some((one) => one.id === id));
  const at = groups.findIndex((one) => one.id === anchor) + 1;
  return [...groups.slice(0, at), ...made, ...groups.slice(at)];
}

const hasEventDefinition = (element: DrawnElement): boolean =>
  ((element.businessObject.get("eventDefinitions") ?? []) as unknown[]).length > 0;

export const ownPropertiesModule = { __init__: ["ownProperties"], ownProperties: ["type", OwnProperties] };
