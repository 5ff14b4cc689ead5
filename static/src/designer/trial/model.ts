/** What `POST /api/v1/simulate/` takes and gives: the names are the server's. */
import type { Schema } from "@bpmn-io/form-js-viewer";

export type Variables = Record<string, unknown>;

export interface Action {
  do: string;
  run?: string;
  node?: string;
  variables?: Variables;
  outcome?: string;
  name?: string;
  key?: string;
  code?: string;
  message?: string;
  duration?: string;
  business_key?: string;
}

/** Stands in for the handler of a type of job. */
export interface Mock {
  does: "result" | "fail" | "error";
  variables: Variables;
  code: string;
  message: string;
}

export interface Wait {
  id: number;
  node: string;
  kind: string;
  name: string;
  data: Record<string, unknown>;
  assignee?: string | null;
  candidate_groups?: string[];
  variables?: Variables;
  form?: Schema | null;
  outcomes?: { value: string; label: string }[];
  type?: string;
  retries?: number;
}

export interface Run {
  id: string;
  process: string;
  parent: string | null;
  status: string;
  error: string | null;
  variables: Variables;
  waits: Wait[];
  tokens: { id: string; node: string }[];
  incidents: { node: string; code: string; message: string }[];
}

export interface OpenEvent {
  kind: "message" | "signal" | "timer";
  run: string | null;
  node: string;
  place: string;
  name?: string;
  key?: string | null;
  due?: string;
}

export interface Way {
  flow: string;
  guard: string;
  gave: string | null;
  is_taken: boolean;
  is_default: boolean;
}

export interface Decided {
  run: string;
  node: string;
  values: Variables;
  ways: Way[];
}

/** Run, what, node, token, flow. */
export type Move = [string, "entered" | "left" | "cancelled", string, string, string | null];

export interface Step {
  action: Action;
  now: string;
  moves: Move[];
  decided: Decided[];
  changed: Record<string, Variables>;
}

export interface Coverage {
  nodes: Record<string, number>;
  flows: Record<string, number>;
}

export interface Refusal {
  action: number;
  message: string;
  node: string;
  fields: { field: string; message: string }[];
}

export interface Picture {
  now: string;
  next_due: string | null;
  runs: Run[];
  starts: { process: string; node: string; form: Schema | null }[];
  events: OpenEvent[];
  failed_starts: string[];
  coverage: Coverage;
  steps: Step[];
  refused: Refusal | null;
}

export interface Scenario {
  id: number;
  name: string;
  actions: Action[];
  mocks: Record<string, Mock>;
  expected: Record<string, unknown>;
}

export interface ScenarioResult {
  id: number;
  name: string;
  differences: string[];
  seconds: number;
  is_green: boolean;
}

export interface ScenarioResults {
  results: ScenarioResult[];
  coverage: Coverage;
  is_green: boolean;
}
