/** Variables that the library does not know of, for completion: what forms, outcomes and starts give to the process. */

import { gettext } from "../../lib/gettext";
import type { PageContext } from "../context";
import { fieldsOf } from "../editors/form-fields";
import { isA, type Moddle, readExtension, textOf } from "../extension/elements";
import { schemaOfForm } from "./forms";

interface Variable {
  name: string;
  type?: string;
  info?: string;
  origin?: Moddle[];
}

interface EventBus {
  on(
    event: string,
    priority: number,
    handler: (event: unknown, context: { variables: Record<string, Variable[]> }) => void,
  ): void;
  fire(event: string): void;
}

// The name of the type in FEEL.
const TEXT = "string";

export function variablesOf(own: Moddle, files: { name: string; content: string }[]): Variable[] {
  const found: Variable[] = [];
  if (isA(own, "bpmn:UserTask") || isA(own, "bpmn:StartEvent"))
    found.push(...fieldsOf(schemaOfForm(own, files)));
  if (readExtension(own, "statewright:Outcome")) found.push({ name: "outcome", type: TEXT });
  for (const extension of ["statewright:Starter", "statewright:RunDate"]) {
    const name = textOf(readExtension(own, extension), "variable");
    if (name) found.push({ name, type: TEXT });
  }
  return found;
}

class OwnVariables {
  static readonly $inject = ["variableResolver", "page", "eventBus"];

  constructor(
    resolver: { registerProvider(provider: OwnVariables): void },
    private readonly page: PageContext,
    eventBus: EventBus,
  ) {
    resolver.registerProvider(this);
    page.files.onChange(() => eventBus.fire("variables.changed"));
    // The library says it in English where nothing is said.
    eventBus.on("variableResolver.parseVariables", 500, (_, context) => {
      for (const one of Object.values(context.variables).flat())
        one.info ||= writers(one) && gettext("Written in %(names)s", { names: writers(one) });
    });
  }

  getVariables(own: Moddle): Variable[] {
    return variablesOf(own, this.page.listFiles(".form"));
  }
}

const writers = ({ origin }: Variable): string =>
  (origin ?? []).map((one) => textOf(one, "name") || (one.id ?? "")).join(", ");

export const ownVariablesModule = { __init__: ["ownVariables"], ownVariables: ["type", OwnVariables] };
