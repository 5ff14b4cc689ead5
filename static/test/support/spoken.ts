/** Finds texts in the sources that a person would see and that do not go through `gettext`. */
import { parseAst } from "rolldown/parseAst";

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

export interface Spoken {
  line: number;
  text: string;
}

/** Calls whose texts are translated, are no words, or are for whoever writes the code. */
const SILENT_CALLS =
  /^(translate|querySelector(All)?|closest|matches|matchMedia|getPropertyValue|setProperty|addEventListener|get|getService|on|off|is|isA|isAny|import|RegExp|replace|replaceAll|split|startsWith|endsWith|includes|test|has|icon|createElementNS|setAttribute|getAttribute|hasAttribute|getElementsByTagNameNS|readExtension|readExtensions|makePart|trigger|fire|registerHandler|showEntry)$/;
/** Names of values that are read by machines. */
const SILENT_NAMES =
  /^(class|className|style|id|type|name|key|keys|icon|symbol|href|src|d|viewBox|fill|stroke|transform|selector|event|accept|kind|look|for|role|method|headers|namespace|position|value|autocomplete|data-[\w-]+|\$\w+|code|family|font|drawing|inputmode|pattern|rel|target|tag|theme)$/;

/** Names of keys, of media types, of classes in files. */
const NO_WORDS =
  /^((Mod|Ctrl|Control|Alt|Shift|Meta|Home|Enter|Escape|Delete)\b|application\/|\p{Lu}\p{Ll}+\p{Lu}\w*$)/u;

/** Something like a word of a sentence: with a capital, or several words. */
function isSpoken(given: string): boolean {
  const text = given.trim();
  return !NO_WORDS.test(text) && (/^\p{Lu}\p{Ll}+/u.test(text) || /\p{L}{2,}[,.;:]? \p{L}+/u.test(text));
}

export function findSpoken(source: string, file: string): Spoken[] {
  const found: Spoken[] = [];
  const note = (node: Node, text: string) =>
    found.push({ line: source.slice(0, node.start).split("\n").length, text: text.trim() });
  const say = (node: Node, text: string) => {
    if (isSpoken(text)) note(node, text);
  };
  const visit = (node: Node): void => {
    if (node.type === "Literal" && typeof node.value === "string") say(node, node.value);
    else if (node.type === "JSXText") say(node, String(node.value));
    else if (node.type === "TemplateLiteral") {
      const quasis = node.quasis as { value: { cooked: string } }[];
      say(node, quasis.map(({ value }) => value.cooked).join("…"));
    }
    for (const [part, value] of Object.entries(node)) {
      if (isSilent(node, part)) continue;
      // What is translated has to be written out: `makemessages` reads no variables.
      const isTranslated =
        node.type === "CallExpression" && /^n?gettext$/.test(calledName(node.callee as Node));
      for (const one of Array.isArray(value) ? value : [value])
        if (isTranslated && (one as Node)?.type === "Literal") continue;
        else if (one && typeof one === "object" && "type" in one) visit(one as Node);
    }
  };
  visit(parse(source, file));
  for (const { node, text } of findContents(parse(source, file))) if (!isSpoken(text)) note(node, text);
  return found;
}

/** What `h()` puts into an element is read by people, a single small word too. */
function findContents(root: Node): { node: Node; text: string }[] {
  const found: { node: Node; text: string }[] = [];
  const read = (node: Node | undefined): void => {
    if (node?.type === "Literal" && /\p{Ll}{2}/u.test(String(node.value)) && typeof node.value === "string")
      found.push({ node, text: node.value });
    else if (node?.type === "ConditionalExpression")
      for (const way of ["consequent", "alternate"]) read(node[way] as Node);
    else if (node?.type === "LogicalExpression") read(node.right as Node);
  };
  const visit = (node: Node): void => {
    if (node.type === "CallExpression" && calledName(node.callee as Node) === "h")
      for (const content of (node.arguments as Node[]).slice(2)) read(content);
    for (const value of Object.values(node))
      for (const one of Array.isArray(value) ? value : [value])
        if (one && typeof one === "object" && "type" in one) visit(one as Node);
  };
  visit(root);
  return found;
}

/** The texts that are translated: the first words of each call, which the catalogue knows them by. */
export function findMessages(source: string, file: string): string[] {
  const found: string[] = [];
  const visit = (node: Node): void => {
    if (node.type === "CallExpression" && /^n?gettext$/.test(calledName(node.callee as Node))) {
      const [first] = node.arguments as Node[];
      if (first?.type === "Literal") found.push(String(first.value));
    }
    for (const value of Object.values(node))
      for (const one of Array.isArray(value) ? value : [value])
        if (one && typeof one === "object" && "type" in one) visit(one as Node);
  };
  visit(parse(source, file));
  return found;
}

const parse = (source: string, file: string): Node =>
  parseAst(source, { lang: file.endsWith("x") ? "tsx" : "ts" }) as unknown as Node;

function isSilent(node: Node, part: string): boolean {
  if (part === "parent") return true;
  if (
    /^(Import|Export(All|Named))|^TS(?!As|NonNull|Satisfies|Parameter)/.test(node.type) &&
    part !== "declaration"
  )
    return true;
  if ((node.type === "CallExpression" || node.type === "NewExpression") && part === "arguments")
    return SILENT_CALLS.test(calledName(node.callee as Node));
  if (/^(Property|PropertyDefinition)$/.test(node.type))
    return part === "key" || SILENT_NAMES.test(nameOf(node.key as Node));
  if (node.type === "JSXAttribute") return part === "name" || SILENT_NAMES.test(nameOf(node.name as Node));
  if (node.type === "BinaryExpression") return /^[!=]==?$/.test(String(node.operator));
  if (node.type === "SwitchCase") return part === "test";
  if (node.type === "MemberExpression") return part === "property";
  return false;
}

function calledName(callee: Node): string {
  return callee.type === "MemberExpression" ? nameOf(callee.property as Node) : nameOf(callee);
}

const nameOf = (node: Node): string => String(node.name ?? node.value ?? "");
