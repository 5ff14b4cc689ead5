/**
 * One trial of the draft on the real engine: a list of actions that the server plays from the start each time. So a
 * step can be taken back, and after a change of the drawing the same actions are played on the new one.
 */
import { describe, type Finding, Problem, post } from "../../lib/http";
import type { Bench } from "../bench";
import type { Action, Mock, Picture, Refusal } from "./model";

export type Trouble =
  | { kind: "diagram"; findings: Finding[] }
  | { kind: "lost"; message: string }
  /** An action that was possible before the drawing was changed. */
  | { kind: "stuck"; refusal: Refusal };

export class Trial {
  actions: Action[] = [];
  mocks: Record<string, Mock> = {};
  picture: Picture | null = null;
  trouble: Trouble | null = null;
  /** The name of the scenario that was opened, to save it again. */
  scenario = "";
  isBusy = false;
  private asked = 0;
  /** What was asked for last: a change of the drawing meanwhile must not take it back. */
  private wanted: Action[] = [];

  constructor(
    private readonly bench: Bench,
    private readonly onChange: (trial: Trial) => void,
  ) {}

  /** Adds an action; null when it is done, else why it is not, and nothing has changed then. */
  async do(action: Action): Promise<Refusal | null> {
    const before = this.actions;
    await this.play([...before, action]);
    const refusal = this.picture?.refused ?? null;
    if (!refusal) return null;
    if (refusal.action !== before.length) return null;
    this.actions = this.wanted = before;
    this.trouble = null;
    this.onChange(this);
    return refusal;
  }

  async mock(type: string, mock: Mock | null): Promise<void> {
    const { [type]: _, ...others } = this.mocks;
    this.mocks = mock ? { ...others, [type]: mock } : others;
    await this.play();
  }

  async takeBack(): Promise<void> {
    await this.play(this.actions.slice(0, -1));
  }

  async restart(): Promise<void> {
    this.scenario = "";
    await this.play([]);
  }

  async open(name: string, actions: Action[], mocks: Record<string, Mock>): Promise<void> {
    this.scenario = name;
    this.mocks = mocks;
    await this.play(actions);
  }

  /** Drops what is no longer possible after the drawing was changed. */
  async dropStuck(): Promise<void> {
    if (this.trouble?.kind === "stuck") await this.play(this.actions.slice(0, this.trouble.refusal.action));
  }

  async play(actions: Action[] = this.wanted): Promise<void> {
    const number = ++this.asked;
    this.wanted = actions;
    this.isBusy = true;
    this.onChange(this);
    try {
      const body = { files: await this.bench.readFiles(), actions, mocks: this.mocks };
      const picture = await post<Picture>(this.bench.props.simulate_url, body);
      // An older answer must not overwrite a younger one.
      if (number !== this.asked) return;
      this.picture = picture;
      this.actions = actions;
      this.trouble = picture.refused ? { kind: "stuck", refusal: picture.refused } : null;
    } catch (error) {
      if (number !== this.asked) return;
      this.wanted = this.actions;
      this.trouble =
        error instanceof Problem && error.findings.length > 0
          ? { kind: "diagram", findings: error.findings }
          : { kind: "lost", message: describe(error) };
    } finally {
      if (number === this.asked) {
        this.isBusy = false;
        this.onChange(this);
      }
    }
  }
}
