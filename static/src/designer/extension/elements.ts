/** Reads and writes extension elements of a drawn element; each write is one step of undo. */
import type { DrawingTool } from "../modeler";

/** A node of the file's model (moddle). */
export interface Moddle {
  $type: string;
  $parent?: Moddle;
  id?: string;
  get(name: string): unknown;
}

/** A shape or connection on the canvas. */
export interface DrawnElement {
  id: string;
  type: string;
  businessObject: Moddle;
  di?: Moddle;
  parent?: DrawnElement;
  children?: DrawnElement[];
  incoming?: DrawnElement[];
  outgoing?: DrawnElement[];
  source?: DrawnElement;
  target?: DrawnElement;
  host?: DrawnElement;
  labels?: DrawnElement[];
  labelTarget?: DrawnElement;
  x: number;
  y: number;
  width: number;
  height: number;
  waypoints?: { x: number; y: number }[];
}

interface Modeling {
  updateModdleProperties(element: DrawnElement, part: Moddle, properties: Record<string, unknown>): void;
  updateProperties(element: DrawnElement, properties: Record<string, unknown>): void;
}

interface Factory {
  create(type: string, properties: Record<string, unknown>): Moddle & { $parent: Moddle };
}

type Get = DrawingTool["get"];

export const isA = (part: Moddle | undefined, type: string): boolean =>
  (part as { $instanceOf?(type: string): boolean } | undefined)?.$instanceOf?.(type) ?? false;

export const textOf = (part: Moddle | undefined, name: string): string => {
  const value = part?.get(name);
  return typeof value === "string" ? value : "";
};

export function readExtensions(owner: Moddle, type: string): Moddle[] {
  const extensions = owner.get("extensionElements") as Moddle | undefined;
  const values = (extensions?.get("values") ?? []) as Moddle[];
  return values.filter((value) => isA(value, type));
}

export const readExtension = (owner: Moddle, type: string): Moddle | undefined =>
  readExtensions(owner, type)[0];

/** Puts these in the place of all extension elements of the type; `owner` is the element's own unless given. */
export function replaceExtensions(
  get: Get,
  element: DrawnElement,
  type: string,
  wanted: Record<string, unknown>[],
  owner: Moddle = element.businessObject,
): void {
  const factory = get<Factory>("bpmnFactory");
  const modeling = get<Modeling>("modeling");
  const old = owner.get("extensionElements") as Moddle | undefined;
  const extensions = old ?? factory.create("bpmn:ExtensionElements", { values: [] });
  const kept = ((extensions.get("values") ?? []) as Moddle[]).filter((value) => !isA(value, type));
  const made = wanted.map((properties) => {
    const part = factory.create(type, properties);
    part.$parent = extensions;
    return part;
  });
  const values = [...kept, ...made];
  if (old) modeling.updateModdleProperties(element, old, { values });
  else if (made.length > 0) {
    const created = factory.create("bpmn:ExtensionElements", { values });
    created.$parent = owner;
    for (const part of made) part.$parent = created;
    modeling.updateModdleProperties(element, owner, { extensionElements: created });
  }
}

/** Changes attributes of the one extension element of the type, made where it is missing; undefined takes one away. */
export function updateExtension(
  get: Get,
  element: DrawnElement,
  type: string,
  properties: Record<string, string | undefined>,
): void {
  const known = readExtension(element.businessObject, type);
  if (known) get<Modeling>("modeling").updateModdleProperties(element, known, properties);
  else replaceExtensions(get, element, type, [properties]);
}

/** The process that the element stands in, whose extension elements hold the forms of its tasks. */
export function processOf(element: DrawnElement): Moddle | undefined {
  const own = element.businessObject;
  if (isA(own, "bpmn:Participant")) return own.get("processRef") as Moddle | undefined;
  return processAround(own);
}

export function processAround(own: Moddle): Moddle | undefined {
  let part: Moddle | undefined = own;
  while (part && !isA(part, "bpmn:Process")) part = part.$parent;
  return part;
}

export const splitNames = (text: string): string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
