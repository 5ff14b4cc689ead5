/**
 * Our own rules beside those of bpmnlint: what the notation allows and the engine runs, but what people regret later.
 * A rule is asked for every element of the file's model.
 */

import type { Moddle } from "../designer/extension/elements";
import { gettext } from "../lib/gettext";

export interface Reporter {
  report(id: string, message: string): void;
}

export interface Rule {
  check(node: Moddle, reporter: Reporter): void;
}

/** What the installation has; empty lists mean that it is not known. */
export interface Known {
  groups: readonly string[];
}

const isType = (node: Moddle, name: string): boolean => node.$type === `bpmn:${name}`;

function extensionOf(node: Moddle, type: string): Moddle | undefined {
  if (!node.$type.startsWith("bpmn:")) return undefined;
  const values = ((node.get("extensionElements") as Moddle | undefined)?.get("values") ?? []) as Moddle[];
  return values.find((value) => value.$type === type);
}

const textOf = (part: Moddle | undefined, name: string): string => {
  const value = part?.get(name);
  return typeof value === "string" ? value.trim() : "";
};

const PEOPLE = ["assignee", "candidateGroups", "candidateUsers"];

/** A task that nobody is named for lies in nobody's inbox. */
const taskHasPeople: Rule = {
  check(node, reporter) {
    if (!isType(node, "UserTask")) return;
    const assignment = extensionOf(node, "zeebe:AssignmentDefinition");
    if (PEOPLE.every((name) => !textOf(assignment, name)))
      reporter.report(
        node.id ?? "",
        gettext("Nobody gets this task: name a person or a group under Assignment."),
      );
  },
};

const knownGroups = (known: Known): Rule => ({
  check(node, reporter) {
    if (!isType(node, "UserTask") || known.groups.length === 0) return;
    const text = textOf(extensionOf(node, "zeebe:AssignmentDefinition"), "candidateGroups");
    if (!text || text.startsWith("=")) return;
    for (const name of text.split(",").map((one) => one.trim()))
      if (name && !known.groups.includes(name))
        reporter.report(
          node.id ?? "",
          gettext("There is no group “%(name)s”, so it gets no tasks: choose one that exists.", { name }),
        );
  },
});

/** Every way has a condition: when none holds, the instance stops with an incident. */
const gatewayHasDefault: Rule = {
  check(node, reporter) {
    if (!isType(node, "ExclusiveGateway") && !isType(node, "InclusiveGateway")) return;
    const flows = (node.get("outgoing") ?? []) as Moddle[];
    if (flows.length < 2 || node.get("default")) return;
    if (flows.every((flow) => flow.get("conditionExpression")))
      reporter.report(
        node.id ?? "",
        gettext("If no condition holds, the instance stops with an incident: make one flow the default."),
      );
  },
};

/** A reader sees why one way or the other is taken. */
const waysHaveNames: Rule = {
  check(node, reporter) {
    if (!isType(node, "ExclusiveGateway") && !isType(node, "InclusiveGateway")) return;
    const flows = (node.get("outgoing") ?? []) as Moddle[];
    if (flows.length < 2) return;
    for (const flow of flows)
      if (!textOf(flow, "name"))
        reporter.report(flow.id ?? "", gettext("Name this way, so that a reader sees when it is taken."));
  },
};

/** A connector without the value that it needs fails only when it runs. */
const inputsHaveValues: Rule = {
  check(node, reporter) {
    const mapping = extensionOf(node, "zeebe:IoMapping");
    for (const input of (mapping?.get("inputParameters") ?? []) as Moddle[])
      if (!textOf(input, "source"))
        reporter.report(
          node.id ?? "",
          gettext("The input “%(input)s” has no value: fill it in.", { input: textOf(input, "target") }),
        );
  },
};

export const OWN_RULES: Record<string, { category: "info" | "warn"; make(known: Known): Rule }> = {
  "task-has-people": { category: "warn", make: () => taskHasPeople },
  "known-groups": { category: "warn", make: knownGroups },
  "gateway-has-default": { category: "warn", make: () => gatewayHasDefault },
  "inputs-have-values": { category: "warn", make: () => inputsHaveValues },
  "ways-have-names": { category: "info", make: () => waysHaveNames },
};
