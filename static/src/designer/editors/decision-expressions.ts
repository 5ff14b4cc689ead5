/**
 * Boxed expressions that the editor has no view for are shown as the FEEL text that means the same. One whose text
 * stays as it is goes back into the file exactly as it was; one that is edited goes on as that text.
 */

/** Expressions that DMN 1.3 has no word for: the editor would lose them. */
const YOUNGER = ["conditional", "filter", "for", "some", "every"];
const SHOWN_AS_TEXT = [...YOUNGER, "context", "list", "relation", "invocation"];
const EXPRESSIONS = [...SHOWN_AS_TEXT, "literalExpression", "decisionTable", "functionDefinition"];
/** Written in front of what has no short form in FEEL, such as a table inside an expression. */
const UNTOLD = "// This part has no FEEL text. It is kept as it is, unless something is written here.";

export interface FoldedFile {
  xml: string;
  /** Ids of the literal expressions that stand for others. */
  ids: ReadonlySet<string>;
  /** Puts back what stood there. */
  unfold(xml: string): string;
}

const childrenOf = (element: Element, ...names: string[]): Element[] =>
  [...element.children].filter((child) => names.length === 0 || names.includes(child.localName));

const partOf = (element: Element, name: string): Element | undefined => childrenOf(element, name)[0];

export function foldExpressions(xml: string): FoldedFile {
  const file = new DOMParser().parseFromString(xml, "application/xml");
  const kept = new Map<string, { original: Element; text: string }>();
  for (const logic of [...file.querySelectorAll("*")].filter(isLogic))
    for (const expression of childrenOf(logic, ...EXPRESSIONS)) fold(expression, kept);
  if (kept.size === 0) return { xml, ids: new Set(), unfold: (edited) => edited };
  return {
    xml: serialise(file, xml),
    ids: new Set(kept.keys()),
    unfold: (edited) => unfold(edited, kept),
  };
}

const isLogic = ({ localName }: Element): boolean =>
  localName === "decision" || localName === "encapsulatedLogic";

function fold(expression: Element, kept: Map<string, { original: Element; text: string }>): void {
  const told = tell(expression);
  if (
    !SHOWN_AS_TEXT.includes(expression.localName) ||
    (told === null && !YOUNGER.includes(expression.localName))
  ) {
    // A table inside a context stays one; what is deeper may need a text all the same.
    for (const child of childrenOf(expression)) fold(child, kept);
    return;
  }
  const text = told ?? UNTOLD;
  const stand = expression.ownerDocument.createElementNS(
    expression.namespaceURI,
    qualified(expression, "literalExpression"),
  );
  const id = expression.getAttribute("id") ?? `shown_as_text_${kept.size + 1}`;
  stand.setAttribute("id", id);
  const typeRef = expression.getAttribute("typeRef");
  if (typeRef) stand.setAttribute("typeRef", typeRef);
  const words = expression.ownerDocument.createElementNS(
    expression.namespaceURI,
    qualified(expression, "text"),
  );
  words.textContent = text;
  stand.append(words);
  kept.set(id, { original: expression, text });
  expression.replaceWith(stand);
}

const qualified = ({ prefix }: Element, name: string): string => (prefix ? `${prefix}:${name}` : name);

function unfold(xml: string, kept: ReadonlyMap<string, { original: Element; text: string }>): string {
  const file = new DOMParser().parseFromString(xml, "application/xml");
  for (const stand of file.querySelectorAll("*")) {
    if (stand.localName !== "literalExpression") continue;
    const known = kept.get(stand.getAttribute("id") ?? "");
    if (known && textOf(stand) === known.text.trim())
      stand.replaceWith(file.importNode(known.original, true));
  }
  return serialise(file, xml);
}

/** The first line of the file is no part of its document. */
const serialise = ({ documentElement }: Document, before: string): string =>
  (/^<\?xml[^>]*\?>\s*/.exec(before)?.[0] ?? "") + new XMLSerializer().serializeToString(documentElement);

const textOf = (literal: Element): string => partOf(literal, "text")?.textContent?.trim() ?? "";

/** The FEEL text of an expression; null where there is none. */
function tell(expression: Element | undefined): string | null {
  if (!expression) return "null";
  const within = (name: string): string | null => {
    const part = partOf(expression, name);
    return part ? tell(childrenOf(part, ...EXPRESSIONS)[0]) : "null";
  };
  const own = (): string | null => tell(childrenOf(expression, ...EXPRESSIONS)[0]);
  switch (expression.localName) {
    case "literalExpression":
      return textOf(expression) || "null";
    case "conditional":
      return join`if ${within("if")} then ${within("then")} else ${within("else")}`;
    case "filter":
      return join`${grouped(within("in"))}[${within("match")}]`;
    case "for":
      return join`for ${variableOf(expression)} in ${grouped(within("in"))} return ${within("return")}`;
    case "some":
    case "every": {
      const kind = expression.localName;
      return join`${kind} ${variableOf(expression)} in ${grouped(within("in"))} satisfies ${within("satisfies")}`;
    }
    case "list":
      return bracketed(
        "[",
        childrenOf(expression, ...EXPRESSIONS).map((item) => tell(item)),
        "]",
      );
    case "context":
      return tellContext(expression);
    case "relation":
      return tellRelation(expression);
    case "invocation":
      return join`${own()}${bracketed("(", childrenOf(expression, "binding").map(tellBinding), ")")}`;
    case "functionDefinition": {
      const parameters = childrenOf(expression, "formalParameter").map(nameOf);
      const kind = expression.getAttribute("kind") ?? "FEEL";
      return kind === "FEEL" ? join`function${bracketed("(", parameters, ")")} ${own()}` : null;
    }
    default:
      return null;
  }
}

const variableOf = (iteration: Element): string => iteration.getAttribute("iteratorVariable")?.trim() ?? "";
const nameOf = (item: Element): string => item.getAttribute("name")?.trim() ?? "";
const keyOf = (name: string): string =>
  /^[\p{L}_][\p{L}\p{N}_ ]*$/u.test(name) ? name : JSON.stringify(name);

function tellBinding(binding: Element): string | null {
  const parameter = partOf(binding, "parameter");
  return join`${parameter ? nameOf(parameter) : ""}: ${tell(childrenOf(binding, ...EXPRESSIONS)[0])}`;
}

/** The entry without a name is what the context as a whole gives. */
function tellContext(context: Element): string | null {
  const entries = childrenOf(context, "contextEntry").map((entry) => {
    const variable = partOf(entry, "variable");
    return {
      name: variable ? nameOf(variable) : "",
      value: tell(childrenOf(entry, ...EXPRESSIONS)[0]),
    };
  });
  const result = entries.find(({ name }) => name === "");
  const names = entries.map(({ name }) => name);
  let own = "result";
  while (names.includes(own)) own += "_";
  const whole = bracketed(
    "{",
    entries.map(({ name, value }) => join`${keyOf(name || own)}: ${value}`),
    "}",
  );
  return result ? join`${whole}.${own}` : whole;
}

function tellRelation(relation: Element): string | null {
  const columns = childrenOf(relation, "column").map(nameOf);
  const rows = childrenOf(relation, "row", "list").map((row) =>
    bracketed(
      "{",
      childrenOf(row, ...EXPRESSIONS).map((cell, at) => join`${keyOf(columns[at] ?? "")}: ${tell(cell)}`),
      "}",
    ),
  );
  return bracketed("[", rows, "]");
}

/** A path or a plain list stands by itself; what has spaces may be an operation as well as a name. */
const grouped = (text: string | null): string | null =>
  text === null || /^([\p{L}\p{N}_.]+|\[[^[\]]*\])$/u.test(text) ? text : `(${text})`;

const bracketed = (open: string, parts: readonly (string | null)[], close: string): string | null => {
  if (parts.some((part) => part === null)) return null;
  const isLong = parts.join(", ").length > 60;
  return isLong
    ? `${open}\n${parts.map((part) => indent(part ?? "")).join(",\n")}\n${close}`
    : `${open}${parts.join(", ")}${close}`;
};

const indent = (text: string): string => text.replace(/^/gm, "  ");

/** One unknown part makes the whole unknown; a comment ends with its line. */
function join(words: TemplateStringsArray, ...parts: (string | null)[]): string | null {
  if (parts.some((part) => part === null)) return null;
  return words.reduce((text, word, at) => {
    const part = parts[at - 1] ?? "";
    return `${text}${part}${part.includes("//") ? "\n" : ""}${word}`;
  });
}
