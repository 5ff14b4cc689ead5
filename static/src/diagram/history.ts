/** What the live diagram shows, computed from events alone: where tokens are and how often each node was entered. */

export type EntryKind = "entered" | "left" | "cancelled";
/** As the engine writes it: what happened, to which node, by which token, over which flow. */
export type Entry = [EntryKind, node: string, token: string, flow: string | null];

export interface Move {
  token: string;
  node: string;
  flow: string | null;
}

export interface InstanceState {
  tokens: { id: string; node: string }[];
  /** Instead of single tokens: how many stand at each node, of many instances. */
  occupied?: { node: string; count: number }[];
  visited: { node: string; count: number }[];
  flows?: string[];
  /** What was taken away before it was done, and has not been entered since. */
  interrupted?: string[];
  incidents: Incident[];
  /** None of a moment that is past. */
  attempts?: Attempt[];
  sequence: number;
  status: string;
}

/** Jobs of a step that are tried again, or wait until the breaker of their kind closes. */
export interface Attempt {
  node: string;
  /** How many jobs of the step this is about. */
  count: number;
  failed: number;
  left: number;
  message: string;
  /** Null while a worker has it. */
  again_at: string | null;
  /** Null unless its kind of job rests. */
  rests_until: string | null;
  /** Of a step that calls: how many instances this is about, and how many of them stand still. */
  called: number;
  standing: number;
}

export interface Incident {
  node: string;
  message: string;
  token?: string;
  count?: number;
}

export class InstanceHistory {
  readonly tokens = new Map<string, string>();
  readonly counts = new Map<string, number>();
  readonly flows = new Set<string>();
  readonly interrupted = new Set<string>();
  private standing: Map<string, number> | null = null;
  incidents: Incident[] = [];
  attempts: Attempt[] = [];
  status = "active";

  constructor(state: InstanceState) {
    this.replace(state);
  }

  replace(state: InstanceState): void {
    this.tokens.clear();
    this.counts.clear();
    this.flows.clear();
    this.interrupted.clear();
    for (const token of state.tokens) this.tokens.set(token.id, token.node);
    for (const { node, count } of state.visited) this.counts.set(node, count);
    for (const flow of state.flows ?? []) this.flows.add(flow);
    for (const node of state.interrupted ?? []) this.interrupted.add(node);
    this.standing = state.occupied ? new Map(state.occupied.map(({ node, count }) => [node, count])) : null;
    this.incidents = state.incidents;
    this.attempts = state.attempts ?? [];
    this.status = state.status;
  }

  /** Applies one unit of work and returns the moves to show, in order. */
  apply(entries: Entry[], status?: string, incidents?: Incident[]): Move[] {
    const moves: Move[] = [];
    for (const [kind, node, token, flow] of entries) {
      if (kind === "cancelled") this.interrupted.add(node);
      else this.interrupted.delete(node);
      if (kind === "entered") {
        this.tokens.set(token, node);
        this.counts.set(node, (this.counts.get(node) ?? 0) + 1);
        if (flow) this.flows.add(flow);
        moves.push({ token, node, flow });
      } else if (this.tokens.get(token) === node) {
        // A token may have been seen elsewhere already: only leaving where it stands takes it away.
        this.tokens.delete(token);
      }
    }
    if (status) this.status = status;
    if (incidents) this.incidents = incidents;
    return moves;
  }

  /** The nodes with tokens, and how many. */
  occupied(): Map<string, number> {
    if (this.standing) return this.standing;
    const nodes = new Map<string, number>();
    for (const node of this.tokens.values()) nodes.set(node, (nodes.get(node) ?? 0) + 1);
    return nodes;
  }
}
