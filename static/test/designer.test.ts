import { expect, test } from "vitest";
import { brightnessOf } from "../src/designer/canvas/own-colours";
import { placesFor } from "../src/designer/canvas/tidy";
import { describeElement, follow } from "../src/designer/canvas/walk";
import { toEditable } from "../src/designer/editors/decision-versions";
import { fieldsOf } from "../src/designer/editors/form-fields";
import { type DrawnElement, type Moddle, splitNames } from "../src/designer/extension/elements";
import { readOffers } from "../src/designer/feel-functions";
import { kindOfText } from "../src/designer/files";
import { listDecisions, newDecision } from "../src/designer/properties/decision-files";
import { sampleFor, verdictOn } from "../src/designer/properties/verdict";
import { isWellFormed } from "../src/diagram/viewer";
import { OWN_RULES, type Rule } from "../src/lint/rules";

function part(type: string, values: Record<string, unknown> = {}): Moddle {
  const kinds = [`bpmn:${type}`, "bpmn:FlowNode"];
  return {
    $type: `bpmn:${type}`,
    $instanceOf: (wanted: string) => kinds.includes(wanted),
    get: (name: string) => values[name],
    ...values,
  } as unknown as Moddle;
}

function node(id: string, type: string, name: string): DrawnElement {
  const businessObject = part(type, { id, name });
  return { id, type, businessObject, incoming: [], outgoing: [], x: 0, y: 0, width: 100, height: 80 };
}

function flow(source: DrawnElement, target: DrawnElement, name = ""): DrawnElement {
  const one = { ...node(`${source.id}_${target.id}`, "SequenceFlow", name), source, target, waypoints: [] };
  source.outgoing?.push(one);
  target.incoming?.push(one);
  return one;
}

const start = node("start", "StartEvent", "Order came");
const split = node("split", "ExclusiveGateway", "Paid?");
const yes = node("yes", "EndEvent", "Done");
const no = node("no", "UserTask", "Remind");
const single = flow(start, split);
const taken = flow(split, yes, "yes");
const other = flow(split, no, "no");

test("a single way leads to the next element, at a fork the ways themselves are stations", () => {
  expect(follow(start, "next")).toBe(split);
  expect(follow(split, "next")).toBe(taken);
  expect(follow(taken, "branch")).toBe(other);
  expect(follow(other, "branch")).toBe(taken);
  expect(follow(other, "next")).toBe(no);
  expect(follow(yes, "next")).toBeNull();
});

test("the way back is the way one came", () => {
  expect(follow(no, "back")).toBe(other);
  expect(follow(other, "back")).toBe(split);
  expect(follow(split, "back")).toBe(start);
  expect(follow(single, "back")).toBe(start);
});

test("where one stands is said in a sentence", () => {
  expect(describeElement(split)).toBe("Exclusive gateway Paid?. 2 ways on: yes; no.");
  expect(describeElement(other)).toBe("Flow no, 2 of 2, to Remind.");
  expect(describeElement(start)).toBe("Start event Order came. Leads to Paid?.");
});

test("the names of a condition are the data that it is tried on", () => {
  expect(JSON.parse(sampleFor('amount > 100 and status = "paid" and not(count(items) = 0)'))).toEqual({
    amount: null,
    status: null,
    items: null,
  });
});

test("what is neither true nor false is no verdict", () => {
  expect(verdictOn({ value: true, type: "boolean", diagnostics: [] }).look).toBe("good");
  const words = verdictOn({ value: 5, type: "number", diagnostics: [] });
  expect(words).toEqual({ words: "It gives 5, a number, neither true nor false.", look: "problem" });
});

test("a layout moves what it knows and leaves the rest where it is", () => {
  const layout = {
    boxes: new Map([["split", { x: 10, y: 20, width: 50, height: 50 }]]),
    lines: new Map([
      [
        "start_split",
        [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
      ],
    ]),
  };
  const parent = node("root", "Process", "");
  const places = placesFor(
    layout,
    [split, single, no].map((one) => ({ ...one, parent })),
  );
  expect(
    places.map((place) => [place.element.id, "box" in place ? place.box.x : place.points[1]?.x]),
  ).toEqual([
    ["split", 10],
    ["start_split", 3],
  ]);
});

test("light and dark fills are told apart", () => {
  expect(brightnessOf("#bbdefb")).toBeGreaterThan(0.5);
  expect(brightnessOf("#0d4372")).toBeLessThan(0.5);
  expect(brightnessOf("red")).toBeNull();
});

test("decisions are found in their files, and a new one takes a free name", () => {
  const made = newDecision(["decision.dmn"]);
  expect(made.name).toBe("decision_2.dmn");
  expect(listDecisions([made])).toEqual([{ id: "decision_2", name: "New decision", file: "decision_2.dmn" }]);
});

test("names in a list are separated by commas", () => {
  expect(splitNames(" a, b c ,,")).toEqual(["a", "b c"]);
});

function find(name: string, checked: Moddle, groups: string[] = []): string[] {
  const found: string[] = [];
  const rule = OWN_RULES[name]?.make({ groups }) as Rule;
  rule.check(checked, { report: (id, message) => found.push(`${id}: ${message}`) });
  return found;
}

const withPeople = (candidateGroups: string) => {
  const assignment = {
    $type: "zeebe:AssignmentDefinition",
    get: (name: string) => ({ candidateGroups })[name],
  };
  return part("UserTask", { id: "task", extensionElements: { get: () => [assignment] } });
};

test("a task that nobody gets is found, one for a group is not", () => {
  expect(find("task-has-people", part("UserTask", { id: "task" }))).toHaveLength(1);
  expect(find("task-has-people", withPeople("clerks"))).toEqual([]);
});

test("a group that does not exist is named, an expression is not judged", () => {
  expect(find("known-groups", withPeople("clerks, ghosts"), ["clerks"])).toEqual([
    "task: There is no group “ghosts”, so it gets no tasks: choose one that exists.",
  ]);
  expect(find("known-groups", withPeople("=team"), ["clerks"])).toEqual([]);
});

test("a gateway whose ways all have conditions wants a default", () => {
  const way = (id: string) => part("SequenceFlow", { id, name: id, conditionExpression: {} });
  const gateway = { id: "g", outgoing: [way("a"), way("b")] };
  expect(find("gateway-has-default", part("ExclusiveGateway", gateway))).toHaveLength(1);
  expect(find("gateway-has-default", part("ExclusiveGateway", { ...gateway, default: {} }))).toEqual([]);
  expect(find("ways-have-names", part("ExclusiveGateway", gateway))).toEqual([]);
});

test("decision files of other versions are edited under the names of 1.3 and keep their own", () => {
  const file = '<d xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"><decision/></d>';
  const { xml, writeBack } = toEditable(file);
  expect(xml).toContain("20191111/MODEL/");
  expect(writeBack(xml)).toBe(file);
});

test("what a text is stands in it, not in its name", () => {
  expect(kindOfText('<a xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>')).toBe("diagram");
  expect(kindOfText('<a xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>')).toBe("decision");
  expect(kindOfText('{"components": []}')).toBe("form");
  expect(kindOfText('{"a": 1}')).toBeNull();
  expect(kindOfText("hello")).toBeNull();
});

test("the variables of a form are those at the top of its data", () => {
  const schema = JSON.stringify({
    components: [
      { type: "number", key: "amount" },
      { type: "text" },
      { type: "group", components: [{ type: "textfield", key: "address.city" }] },
    ],
  });
  expect(fieldsOf(schema)).toEqual([
    { name: "amount", type: "Number" },
    { name: "address", type: "Context" },
  ]);
  expect(fieldsOf("no json")).toEqual([]);
});

test("completion offers the functions that the page holds, and their words are no markup", () => {
  const page = new DOMParser().parseFromString("<p id='feel-functions'></p>", "text/html");
  const offer = { name: "abs", parameters: ["n"], words: "<img src=x>", example: "abs(-1) = 1" };
  (page.getElementById("feel-functions") as HTMLElement).textContent = JSON.stringify([offer]);
  const [abs] = readOffers(page);
  expect(abs).toMatchObject({ name: "abs", type: "function", params: [{ name: "n" }] });
  expect(abs?.info).toContain("&#60;img");
});

test("what is cut off is not taken for a diagram", () => {
  expect(isWellFormed(" <a><b/></a>")).toBe(true);
  expect(isWellFormed("<a><b")).toBe(false);
});
