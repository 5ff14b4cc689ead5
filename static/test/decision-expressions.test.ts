import { expect, test } from "vitest";
import { toEditable } from "../src/designer/editors/decision-versions";

const literal = (text: string) => `<literalExpression id="l"><text>${text}</text></literalExpression>`;
const part = (name: string, body: string) =>
  `<${name}>${body.startsWith("<") ? body : literal(body)}</${name}>`;
const entry = (name: string, body: string) =>
  `<contextEntry>${name ? `<variable name="${name}"/>` : ""}${body}</contextEntry>`;
const file = (logic: string) =>
  `<?xml version="1.0"?>\n<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"><decision id="d">${logic}</decision></definitions>`;

const CONDITIONAL = `<conditional id="kept" typeRef="string"><!-- ours -->${part("if", "age &lt; 18")}${part("then", '"minor"')}${part("else", '"adult"')}</conditional>`;

const shown = (logic: string): string => {
  const { xml } = toEditable(file(logic));
  const parsed = new DOMParser().parseFromString(xml, "application/xml");
  const [decision] = parsed.getElementsByTagName("decision");
  return decision?.querySelector(":scope > literalExpression > text")?.textContent ?? "";
};

test.each([
  [CONDITIONAL, 'if age < 18 then "minor" else "adult"'],
  [`<filter>${part("in", "orders")}${part("match", "item.total > 10")}</filter>`, "orders[item.total > 10]"],
  [
    `<for iteratorVariable="n">${part("in", "a or b")}${part("return", "n * 2")}</for>`,
    "for n in (a or b) return n * 2",
  ],
  [
    `<some iteratorVariable="n">${part("in", "[1, 2]")}${part("satisfies", "n > 1")}</some>`,
    "some n in [1, 2] satisfies n > 1",
  ],
  [
    `<every iteratorVariable="n">${part("in", `<filter>${part("in", "if a then b else c")}${part("match", "item > 0")}</filter>`)}${part("satisfies", "n > 1")}</every>`,
    "every n in ((if a then b else c)[item > 0]) satisfies n > 1",
  ],
  [`<list>${literal("1")}${CONDITIONAL}</list>`, '[1, if age < 18 then "minor" else "adult"]'],
  [`<context>${entry("a b", literal("2"))}${entry("c-d", literal("3"))}</context>`, '{a b: 2, "c-d": 3}'],
  [
    `<context>${entry("result", literal("2"))}${entry("", literal("result * 2"))}</context>`,
    "{result: 2, result_: result * 2}.result_",
  ],
  [
    `<relation><column name="n"/><column name="m"/><row>${literal("1")}${literal("2")}</row></relation>`,
    "[{n: 1, m: 2}]",
  ],
  [
    `<invocation>${literal("sum of")}<binding><parameter name="list"/>${literal("xs")}</binding></invocation>`,
    "sum of(list: xs)",
  ],
  [
    `<context>${entry("f", `<functionDefinition><formalParameter name="n"/>${literal("n + 1")}</functionDefinition>`)}</context>`,
    "{f: function(n) n + 1}",
  ],
])("%s is shown as FEEL", (logic, text) => {
  expect(shown(logic)).toBe(text);
});

test("an expression whose text stays goes back exactly as it was", () => {
  const editable = toEditable(file(CONDITIONAL));
  expect([...editable.shownAsText]).toEqual(["kept"]);
  expect(editable.xml).not.toContain("<conditional");
  const back = editable.writeBack(editable.xml.replace('id="d"', 'id="d" name="Age"'));
  expect(back).toBe(file(CONDITIONAL).replace('id="d"', 'id="d" name="Age"'));
});

test("an expression whose text was changed goes on as that text", () => {
  const editable = toEditable(file(CONDITIONAL));
  const back = editable.writeBack(editable.xml.replace("age &lt; 18", "age &lt; 21"));
  expect(back).toContain("if age &lt; 21 then");
  expect(back).not.toContain("<conditional");
  expect(back).toContain("20230324/MODEL/");
});

test("a table inside an expression is kept, and what holds it too", () => {
  const table = '<decisionTable id="t"><output id="o"/></decisionTable>';
  const inContext = `<context>${entry("a", table)}${entry("b", CONDITIONAL)}</context>`;
  const editable = toEditable(file(inContext));
  expect(editable.xml).toContain("<decisionTable");
  expect([...editable.shownAsText]).toEqual(["kept"]);
  expect(editable.writeBack(editable.xml)).toBe(file(inContext));
  const inCondition = `<conditional>${part("if", "a")}${part("then", table)}${part("else", "b")}</conditional>`;
  expect(shown(inCondition)).toContain("no FEEL text");
  const other = toEditable(file(inCondition));
  expect(other.writeBack(other.xml)).toBe(file(inCondition));
});
