/**
 * The text view of a form: numbers that its template puts into a sentence have the decimal sign of the person's region.
 * What the template computes with stays as it is, and so do addresses of links and attributes of tags.
 */
import { Text } from "@bpmn-io/form-js-viewer";
import { type FunctionComponent, h } from "preact";
import { decimalSign } from "../lib/formats";

interface TextProps {
  field: { text?: string };
}

const LibraryText = Text as unknown as FunctionComponent<TextProps>;

/** The target of a link, a tag, or an expression; blocks that begin with # or / are conditions and loops. */
const PARTS = /\]\([^)]*\)|<[^>]*>|\{\{(?![#/])(.+?)\}\}/gs;

/** FEEL for the same value, a number as text with the sign. The templates know no functions but FEEL's own. */
function told(expression: string, sign: string): string {
  const words = `if told != null and number(string(told)) = told then replace(string(told), "[.]", "${sign}") else told`;
  return `{told: (${expression}), words: ${words}}.words`;
}

export function tellNumbersOf(template: string, sign = decimalSign()): string {
  if (sign === ".") return template;
  if (template.startsWith("=")) return `=${told(template.slice(1), sign)}`;
  return template.replace(PARTS, (whole, expression?: string) =>
    expression === undefined ? whole : `{{${told(expression, sign)}}}`,
  );
}

export function TextField(props: TextProps) {
  const text = tellNumbersOf(props.field.text ?? "");
  return h(LibraryText, { ...props, field: { ...props.field, text } });
}

TextField.config = Text.config;
