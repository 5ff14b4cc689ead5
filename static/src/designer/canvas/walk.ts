/**
 * Walking the diagram by keys: along the flow, back, and between branches. Where one stands is said to screen readers
 * in words: what the element is, its name, and which ways lead on.
 */

import { h } from "../../lib/dom";
import { gettext, ngettext } from "../../lib/gettext";
import { readComments } from "../extension/comments";
import { type DrawnElement, isA, type Moddle, textOf } from "../extension/elements";

export type Step = "next" | "back" | "branch" | "branch-back";

const isFlow = (one: DrawnElement): boolean => isA(one.businessObject, "bpmn:SequenceFlow");

export const nameOf = (element: DrawnElement): string =>
  textOf(element.businessObject, "name").replace(/\s+/g, " ").trim();

/** "Exclusive gateway", "Timer boundary event": the kind as people say it. */
export function kindOf(element: DrawnElement): string {
  const type = element.businessObject.$type.replace(/^\w+:/, "");
  const [definition] = (element.businessObject.get("eventDefinitions") ?? []) as Moddle[];
  const cause = definition?.$type.replace(/^\w+:/, "").replace("EventDefinition", "") ?? "";
  const words = `${cause}${type}`.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return gettext(words.charAt(0).toUpperCase() + words.slice(1));
}

/** Where a step leads; null where there is no way. Flows are stations too where they have a choice to make. */
export function follow(element: DrawnElement, step: Step): DrawnElement | null {
  if (step === "next") {
    if (element.waypoints) return element.target ?? null;
    const ways = waysOn(element);
    const [first] = ways;
    // At a fork the flow itself is a station: its guard and its siblings are met there.
    return ways.length > 1 ? (first ?? null) : (first?.target ?? first ?? null);
  }
  if (step === "back") {
    if (element.waypoints) return element.source ?? null;
    const [into] = (element.incoming ?? []).filter(isFlow);
    if (!into) return element.host ?? null;
    const source = into.source;
    return source && waysOn(source).length > 1 ? into : (source ?? null);
  }
  const siblings = siblingsOf(element);
  const at = siblings.indexOf(element);
  return siblings[(at + (step === "branch" ? 1 : siblings.length - 1)) % siblings.length] ?? null;
}

/** The ways on: outgoing flows, then events that sit on its border. */
function waysOn(element: DrawnElement): DrawnElement[] {
  const attached = (element as { attachers?: DrawnElement[] }).attachers ?? [];
  return [...(element.outgoing ?? []).filter(isFlow), ...attached];
}

function siblingsOf(element: DrawnElement): DrawnElement[] {
  const source = element.waypoints ? element.source : element.host;
  if (source) return waysOn(source);
  const [into] = (element.incoming ?? []).filter(isFlow);
  if (into?.source) {
    const targets = waysOn(into.source).map((way) => way.target ?? way);
    if (targets.length > 1) return [...new Set(targets)];
  }
  const isStation = (one: DrawnElement) =>
    isA(one.businessObject, "bpmn:FlowNode") &&
    !one.labelTarget &&
    !(one.incoming ?? []).some(isFlow) &&
    !one.host;
  const starts = (element.parent?.children ?? []).filter(isStation);
  return starts.includes(element) ? starts : [element];
}

/** One sentence about where one stands. */
export function describeElement(element: DrawnElement): string {
  const name = nameOf(element);
  if (element.waypoints) {
    const to = element.target ? nameOf(element.target) || kindOf(element.target) : "";
    const condition = textOf(element.businessObject.get("conditionExpression") as Moddle | undefined, "body");
    const siblings = element.source ? waysOn(element.source) : [];
    const place =
      siblings.length > 1
        ? gettext("%(number)s of %(all)s", { number: siblings.indexOf(element) + 1, all: siblings.length })
        : "";
    const parts = [
      gettext("Flow %(name)s", { name: name || gettext("without a name") }),
      place,
      gettext("to %(name)s", { name: to }),
      condition && gettext("if %(condition)s", { condition: condition.replace(/^=/, "") }),
    ];
    return `${parts.filter(Boolean).join(", ")}.`;
  }
  const ways = waysOn(element);
  const names = ways.map((way) => nameOf(way) || nameOf(way.target ?? way) || kindOf(way.target ?? way));
  const on =
    ways.length === 0
      ? gettext("No way on")
      : ngettext("Leads to %(names)s", "%(count)s ways on: %(names)s", ways.length, {
          names: names.join("; "),
        });
  const comments = readComments(element).length;
  const said = comments > 0 ? ` ${ngettext("%(count)s comment", "%(count)s comments", comments)}.` : "";
  return `${kindOf(element)} ${name || gettext("without a name")}. ${on}.${said}`;
}

interface Services {
  selection: { get(): DrawnElement[]; select(element: DrawnElement | null): void };
  canvas: {
    getRootElement(): DrawnElement;
    scrollToElement(element: DrawnElement, padding?: number): void;
    getContainer(): HTMLElement;
  };
}

const KEYS: Record<string, Step | "first" | "inside" | "outside"> = {
  j: "next",
  k: "back",
  J: "branch",
  K: "branch-back",
  Home: "first",
  i: "inside",
  o: "outside",
};

export class Walk {
  static readonly $inject = ["eventBus", "keyboard", "selection", "canvas"];
  private readonly voice = h("div", {
    class: "sr-only",
    role: "status",
    "aria-live": "polite",
    "data-part": "voice",
  });

  constructor(
    eventBus: { on(event: string, handler: (event: { newSelection: DrawnElement[] }) => unknown): void },
    keyboard: {
      addListener(
        priority: number,
        handler: (context: { keyEvent: KeyboardEvent }) => true | undefined,
      ): void;
    },
    private readonly selection: Services["selection"],
    private readonly canvas: Services["canvas"],
  ) {
    canvas.getContainer().append(this.voice);
    eventBus.on("selection.changed", ({ newSelection }) => this.say(newSelection));
    // Its name has changed.
    eventBus.on("directEditing.complete", () => setTimeout(() => this.say(this.selection.get())));
    keyboard.addListener(2000, ({ keyEvent }) => {
      const step = KEYS[keyEvent.key];
      if (!step || keyEvent.ctrlKey || keyEvent.metaKey || keyEvent.altKey) return undefined;
      this.go(step);
      keyEvent.preventDefault();
      return true;
    });
  }

  go(step: (typeof KEYS)[string]): void {
    const [here] = this.selection.get();
    const from = here?.labelTarget ?? here;
    let to: DrawnElement | null = null;
    if (!from || step === "first") to = this.findStart(this.canvas.getRootElement());
    else if (step === "inside") to = this.findStart(from);
    else if (step === "outside") to = from.parent?.parent ? from.parent : null;
    else to = follow(from, step);
    if (!to || to === from) {
      this.voice.textContent = step === "next" ? gettext("The flow ends here.") : gettext("There is no way.");
      return;
    }
    this.selection.select(to);
    this.canvas.scrollToElement(to, 80);
  }

  private findStart(scope: DrawnElement): DrawnElement | null {
    const stations = (scope.children ?? []).filter((one) => !one.labelTarget && !one.waypoints && !one.host);
    const start = stations.find((one) => isA(one.businessObject, "bpmn:StartEvent"));
    return start ?? stations.find((one) => !(one.incoming ?? []).some(isFlow)) ?? stations[0] ?? null;
  }

  private say(chosen: DrawnElement[]): void {
    const [one] = chosen;
    if (chosen.length > 1)
      this.voice.textContent = ngettext(
        "%(count)s element is selected.",
        "%(count)s elements are selected.",
        chosen.length,
      );
    else if (one) this.voice.textContent = describeElement(one.labelTarget ?? one);
  }
}

export const walkModule = { __init__: ["walk"], walk: ["type", Walk] };
