/**
 * The draft of one diagram: saved to the server a moment after each change, kept in the browser until the server has
 * it, never written over somebody else's newer one.
 */
import { call, get, Problem } from "../lib/http";
import type { NamedFile } from "./bench";

/** What is drawn: the diagram and the forms and decisions that belong to it. */
export interface Drawing {
  xml: string;
  files: NamedFile[];
  /** What the process is called; it is the draft's name in lists. */
  name?: string;
}

/** What `GET /api/v1/drafts/<key>/` answers. */
export interface DraftRecord extends Drawing {
  key: string;
  name: string;
  revision: number;
  saved_at: string | null;
  saved_by: string | null;
}

export type DraftStatus =
  | { kind: "saved"; at: string | null }
  | { kind: "changed" }
  | { kind: "saving" }
  | { kind: "offline" }
  | { kind: "conflict"; by: string | null }
  | { kind: "refused"; message: string };

interface Kept extends Drawing {
  revision: number;
  at: string;
}

const KEEP_AFTER = 300;
const SAVE_AFTER = 1500;
const RETRY_AFTER = 5000;

export class Draft {
  revision = 0;
  status: DraftStatus = { kind: "saved", at: null };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private keeping: ReturnType<typeof setTimeout> | undefined;
  private changes = 0;
  private saving: Promise<boolean> | null = null;

  constructor(
    private readonly url: string,
    private readonly read: () => Promise<Drawing>,
    private readonly onStatus: (status: DraftStatus) => void,
    private readonly store: Storage = localStorage,
  ) {}

  /** The server's draft, and the browser's own newer one if it never got there. */
  async load(): Promise<{ draft: DraftRecord; kept: Kept | null }> {
    const draft = await get<DraftRecord>(this.url);
    this.revision = draft.revision;
    const kept = this.readKept();
    this.become({ kind: "saved", at: draft.saved_at });
    const isSame = kept !== null && sameDrawing(kept, draft);
    if (isSame) this.forgetKept();
    return { draft, kept: isSame ? null : kept };
  }

  /** Call after every change: keeps it here when the hand rests, sends it soon. */
  async change(): Promise<void> {
    this.changes += 1;
    if (this.status.kind !== "conflict" && this.status.kind !== "offline") this.become({ kind: "changed" });
    // A large diagram takes a while to write down; not while it is being moved.
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => void this.keepNow(), KEEP_AFTER);
    if (this.status.kind !== "conflict") this.saveIn(SAVE_AFTER);
  }

  /** Keeps here what is not kept yet; also when the page goes. */
  async keepNow(): Promise<void> {
    if (this.keeping === undefined) return;
    clearTimeout(this.keeping);
    this.keeping = undefined;
    this.keep(await this.read());
  }

  /** Saves now; true when the server has everything. */
  async save(): Promise<boolean> {
    clearTimeout(this.timer);
    // One call at a time: the next revision is known only after the last answer.
    if (this.saving) await this.saving;
    this.saving = this.send().finally(() => {
      this.saving = null;
    });
    return this.saving;
  }

  /** What is on the canvas is now what the server has: an earlier state, or somebody else's. */
  adopt(record: DraftRecord): void {
    clearTimeout(this.timer);
    this.revision = record.revision;
    this.forgetKept();
    this.become({ kind: "saved", at: record.saved_at });
  }

  /** After a conflict, by the person's choice: write over what the other has saved. */
  async overwrite(): Promise<boolean> {
    this.revision = (await get<DraftRecord>(this.url)).revision;
    this.status = { kind: "changed" };
    return this.save();
  }

  forgetKept(): void {
    clearTimeout(this.keeping);
    this.keeping = undefined;
    this.store.removeItem(this.keptKey);
  }

  private async send(): Promise<boolean> {
    const before = this.changes;
    const drawing = await this.read();
    this.become({ kind: "saving" });
    try {
      const saved = await call<DraftRecord>("PUT", this.url, { ...drawing, revision: this.revision });
      this.revision = saved.revision;
      if (this.changes === before) {
        this.forgetKept();
        this.become({ kind: "saved", at: saved.saved_at });
      } else {
        this.become({ kind: "changed" });
        this.saveIn(SAVE_AFTER);
      }
      return true;
    } catch (error) {
      this.keep(drawing);
      this.fail(error);
      return false;
    }
  }

  private fail(error: unknown): void {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 409) {
      const by = error.body.saved_by;
      this.become({ kind: "conflict", by: typeof by === "string" ? by : null });
    } else if (error.isPassing) {
      this.become({ kind: "offline" });
      this.saveIn(RETRY_AFTER);
    } else this.become({ kind: "refused", message: error.message });
  }

  private saveIn(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), delay);
  }

  private become(status: DraftStatus): void {
    // Each of many moves in a row says so; it is told once.
    const isSaidAlready = status.kind === "changed" && this.status.kind === "changed";
    this.status = status;
    if (!isSaidAlready) this.onStatus(status);
  }

  private get keptKey(): string {
    return `statewright:draft:${this.url}`;
  }

  private keep(drawing: Drawing): void {
    const kept: Kept = { ...drawing, revision: this.revision, at: new Date().toISOString() };
    try {
      this.store.setItem(this.keptKey, JSON.stringify(kept));
    } catch {
      // The browser's store is full or forbidden: the server's copy is then the only one.
    }
  }

  private readKept(): Kept | null {
    try {
      return JSON.parse(this.store.getItem(this.keptKey) ?? "null") as Kept | null;
    } catch {
      return null;
    }
  }
}

const sameDrawing = (a: Drawing, b: Drawing): boolean =>
  a.xml === b.xml && JSON.stringify(a.files ?? []) === JSON.stringify(b.files ?? []);
