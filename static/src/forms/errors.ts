/** Sorts the server's findings: those about a field of the form go to that field, the rest above the buttons. */
import type { Finding } from "../lib/http";

export interface FieldError {
  field: { id: string; key?: string; path?: string };
}

export function fieldErrors(
  findings: Finding[],
  fields: FieldError["field"][],
): { byField: Record<string, string[]>; rest: Finding[] } {
  const byField: Record<string, string[]> = {};
  const rest: Finding[] = [];
  for (const finding of findings) {
    const field = fields.find(
      ({ id, key, path }) => finding.field && [key, path, id].includes(finding.field),
    );
    if (field) byField[field.id] = [...(byField[field.id] ?? []), finding.message];
    else rest.push(finding);
  }
  return { byField, rest };
}
