/** What an instance was at any of its moments: tokens, variables, incidents; computed from its history alone. */
import type { Incident, InstanceState } from "./history";

/** As the server writes it; `token` 0 is the instance itself. */
export interface Moment {
  sequence: number;
  at: string;
  kind: string;
  node: string;
  token: number;
  flow: string | null;
  actor: string;
  detail: Record<string, unknown> | null;
}

/** A variable that this very moment changed. `before` is undefined where there was none. */
export interface Change {
  scope: number;
  name: string;
  before: unknown;
  after: unknown;
}

export interface PastVariable {
  /** The node whose scope owns it; empty for the instance. */
  scope: string;
  name: string;
  value: unknown;
}

export interface PastState extends InstanceState {
  at: string;
  variables: PastVariable[];
  changes: Change[];
  moments: Moment[];
}

/** A keyframe is kept after so many moments: a jump replays no more than these. */
const STRIDE = 250;

type Variables = Record<string, unknown>;

class Frame {
  tokens = new Map<number, string>();
  counts = new Map<string, number>();
  flows = new Set<string>();
  interrupted = new Set<string>();
  scopes = new Map<number, Variables>();
  incidents = new Map<number, Incident>();
  status = "active";
  /** The token that was last gone: it comes back where its owner could not take what it brought. */
  private gone: Gone | undefined;

  copy(): Frame {
    const frame = new Frame();
    frame.tokens = new Map(this.tokens);
    frame.counts = new Map(this.counts);
    frame.flows = new Set(this.flows);
    frame.interrupted = new Set(this.interrupted);
    // Values are replaced and never changed in place.
    frame.scopes = new Map([...this.scopes].map(([scope, values]) => [scope, { ...values }]));
    frame.incidents = new Map(this.incidents);
    frame.status = this.status;
    frame.gone = this.gone;
    return frame;
  }

  private bringBack(token: number): void {
    if (this.tokens.has(token) || this.gone?.token !== token) return;
    if (this.gone.node) this.tokens.set(token, this.gone.node);
    if (this.gone.values) this.scopes.set(token, this.gone.values);
  }

  apply({ sequence, kind, node, token, flow, detail }: Moment): void {
    if (kind === "entered") {
      // What was its own at the node before is gone; of an instance in a loop its body has taken the result by then.
      if (token !== 0) this.scopes.delete(token);
      this.tokens.set(token, node);
      this.counts.set(node, (this.counts.get(node) ?? 0) + 1);
      if (flow) this.flows.add(flow);
      this.interrupted.delete(node);
    } else if (kind === "left" || kind === "cancelled" || kind === "closed") {
      if (kind === "cancelled") this.interrupted.add(node);
      else if (kind === "left") this.interrupted.delete(node);
      if (node || this.gone?.token !== token || this.gone.sequence !== sequence) {
        const values = this.scopes.get(token);
        this.gone = { token, sequence, node: node || (this.tokens.get(token) ?? ""), values };
      }
      if (!node || this.tokens.get(token) === node) this.tokens.delete(token);
      if (kind === "closed") this.scopes.delete(token);
      this.incidents.delete(token);
    } else if (kind === "set") {
      this.scopes.set(token, { ...this.scopes.get(token), ...detail });
    } else if (kind === "incident") {
      this.bringBack(token);
      const place = this.tokens.get(token) ?? "";
      this.incidents.set(token, { node: place, message: String(detail?.message ?? "") });
    } else if (kind === "delivery" || kind === "retried") {
      this.incidents.delete(token);
    } else if (kind === "ended") {
      this.tokens.clear();
      this.incidents.clear();
      this.status = String(detail?.status ?? "completed");
    } else if (kind === "suspended") {
      this.status = "suspended";
    } else if (kind === "resumed") {
      this.status = "active";
    }
  }
}

interface Gone {
  token: number;
  sequence: number;
  node: string;
  values: Variables | undefined;
}

export class Past {
  private readonly frames: Frame[] = [new Frame()];
  readonly moments: Moment[] = [];

  /** Adds what happened next; what is known already is left out. */
  add(moments: Moment[]): void {
    const known = this.last;
    for (const moment of moments) {
      if (moment.sequence <= known) continue;
      this.moments.push(moment);
      if (this.moments.length % STRIDE === 0) this.frames.push(this.frameAt(this.moments.length));
    }
  }

  get first(): number {
    return this.moments[0]?.sequence ?? 0;
  }

  get last(): number {
    return this.moments.at(-1)?.sequence ?? 0;
  }

  /** The state after everything up to and with the sequence number. */
  stateAt(sequence: number): PastState {
    const end = this.endOf(sequence);
    const start = this.endOf(sequence - 1);
    const before = this.frameAt(start);
    const after = this.frameAt(end);
    const moments = this.moments.slice(start, end);
    return {
      at: this.moments[Math.max(end - 1, 0)]?.at ?? "",
      tokens: [...after.tokens].map(([id, node]) => ({ id: String(id), node })),
      visited: [...after.counts].map(([node, count]) => ({ node, count })),
      flows: [...after.flows],
      interrupted: [...after.interrupted],
      incidents: [...after.incidents.values()],
      sequence,
      status: after.status,
      variables: [...after.scopes].flatMap(([scope, values]) =>
        Object.entries(values).map(([name, value]) => ({
          scope: scope === 0 ? "" : (after.tokens.get(scope) ?? ""),
          name,
          value,
        })),
      ),
      changes: moments
        .filter(({ kind }) => kind === "set")
        .flatMap(({ token, detail }) =>
          Object.entries(detail ?? {}).map(([name, value]) => ({
            scope: token,
            name,
            before: before.scopes.get(token)?.[name],
            after: value,
          })),
        ),
      moments,
    };
  }

  /** The next moment, in the direction of `step`, in which a token moved, something failed or it ended. */
  nextMove(sequence: number, step: 1 | -1): number {
    const shown = (moment: Moment) => ["entered", "cancelled", "incident", "ended"].includes(moment.kind);
    const found =
      step === 1
        ? this.moments.find((moment) => moment.sequence > sequence && shown(moment))
        : this.moments.findLast((moment) => moment.sequence < sequence && shown(moment));
    return found?.sequence ?? (step === 1 ? this.last : this.first);
  }

  /** How many moments there are up to and with the sequence number. */
  private endOf(sequence: number): number {
    let low = 0;
    let high = this.moments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.moments[middle]?.sequence ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private frameAt(end: number): Frame {
    const index = Math.min(Math.floor(end / STRIDE), this.frames.length - 1);
    const frame = (this.frames[index] ?? new Frame()).copy();
    for (const moment of this.moments.slice(index * STRIDE, end)) frame.apply(moment);
    return frame;
  }
}
