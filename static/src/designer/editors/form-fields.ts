/** The variables that a form fills, read from its schema. */

export interface FormVariable {
  name: string;
  type: string;
}

interface Component {
  key?: unknown;
  path?: unknown;
  type?: unknown;
  components?: Component[];
}

const TYPES: Record<string, string> = { number: "Number", checkbox: "Boolean", datetime: "Date" };

/** Only what stands at the top of the data: a field `address.city` belongs to `address`. */
export function fieldsOf(schema: string): FormVariable[] {
  try {
    return walk((JSON.parse(schema) as Component).components ?? []);
  } catch {
    return [];
  }
}

const walk = (components: readonly Component[]): FormVariable[] =>
  components.flatMap(({ key, path, type, components: inner }) => {
    const name = typeof key === "string" && key ? key : typeof path === "string" ? path : "";
    if (!name) return walk(inner ?? []);
    const [top = name] = name.split(".");
    return [{ name: top, type: inner || top !== name ? "Context" : (TYPES[String(type)] ?? "String") }];
  });
