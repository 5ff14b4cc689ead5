/** The bar under the diagram that goes through an instance's past: slider, steps, play, and the way back to now. */

import { h, icon } from "../lib/dom";
import { gettext, ngettext } from "../lib/gettext";
import { get } from "../lib/http";
import { addShortcut } from "../lib/shortcuts";
import { statusInSentence } from "../lib/state";
import { exactTime } from "../lib/times";
import { toast } from "../lib/toast";
import { type Moment, Past, type PastState } from "./past";

interface Page {
  moments: Moment[];
  next: string | null;
}

export interface TravelProps {
  /** Where the moments can be read, the first page of them. */
  moments_url: string;
  /** The last sequence number that there is now. */
  sequence: number;
  /** Where to begin: a link with `?at=`. */
  at: number | null;
}

interface Shown {
  /** A moment of the past is to be shown. */
  show(state: PastState): void;
  /** Back to what is now. */
  leave(): void;
  /** What a node is called. */
  nameOf(node: string): string;
}

/** Pauses between moves while playing, in milliseconds. */
const SPEEDS = { "½×": 1600, "1×": 800, "2×": 400, "4×": 150 } as const;

const messageOf = (detail: Moment["detail"]): string => String(detail?.message ?? "");

const byActor = (what: string, actor: string): string =>
  actor ? gettext("%(what)s by %(actor)s", { what, actor }) : what;

export class TimeTravel {
  private readonly past = new Past();
  private loaded: Promise<void> | undefined;
  private at: number | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private last: number;

  private readonly slider = h("input", {
    type: "range",
    class: "range range-xs range-primary grow",
    min: 1,
    max: 1,
    step: 1,
    "aria-label": gettext("Moment of this instance"),
  });
  private readonly words = h("p", { class: "travel-words", role: "status" });
  private readonly play = this.button("play", gettext("Play"), () => this.togglePlay());
  private readonly nowButton = h(
    "button",
    { type: "button", class: "btn btn-sm", onclick: () => this.toNow() },
    icon("active"),
    gettext("Now"),
  );
  private readonly speed = h(
    "select",
    { class: "select select-sm w-auto max-sm:hidden", "aria-label": gettext("Speed") },
    ...Object.entries(SPEEDS).map(([label, pause]) =>
      h("option", { value: pause, selected: label === "1×" }, label),
    ),
  );
  private readonly link = this.button(
    "copy",
    gettext("Copy a link to this moment"),
    () => void this.copyLink(),
  );

  constructor(
    private readonly root: HTMLElement,
    private readonly props: TravelProps,
    private readonly shown: Shown,
  ) {
    this.last = props.sequence;
    this.slider.addEventListener("input", () => void this.go(Number(this.slider.value)));
    this.speed.addEventListener("change", () => this.timer && this.startPlaying());
    root.append(
      h(
        "div",
        { class: "travel-bar" },
        this.button("chevron-left", gettext("Previous move"), () => void this.move(-1)),
        this.play,
        this.button("chevron-right", gettext("Next move"), () => void this.move(1)),
        this.slider,
        this.speed,
        this.link,
        this.nowButton,
      ),
      this.words,
    );
    this.describe();
    const keys = { group: gettext("Time travel") };
    addShortcut({ ...keys, keys: "[", label: gettext("Previous move"), run: () => void this.move(-1) });
    addShortcut({ ...keys, keys: "]", label: gettext("Next move"), run: () => void this.move(1) });
    addShortcut({ ...keys, keys: "p", label: gettext("Play or pause"), run: () => this.togglePlay() });
    addShortcut({ ...keys, keys: "n", label: gettext("Back to now"), run: () => this.toNow() });
    if (props.at !== null) void this.go(props.at);
  }

  get isInPast(): boolean {
    return this.at !== null;
  }

  /** The instance has moved on. */
  extend(sequence: number): void {
    if (sequence <= this.last) return;
    this.last = sequence;
    this.loaded = undefined;
    this.describe();
  }

  async go(sequence: number): Promise<void> {
    await this.load();
    if (this.past.moments.length === 0) return;
    this.at = Math.min(Math.max(sequence, this.past.first), this.past.last);
    this.describe();
    this.shown.show(this.past.stateAt(this.at));
  }

  private async move(step: 1 | -1): Promise<void> {
    await this.load();
    await this.go(this.past.nextMove(this.at ?? this.past.last + 1, step));
  }

  private toNow(): void {
    this.stopPlaying();
    if (this.at === null) return;
    this.at = null;
    this.describe();
    this.shown.leave();
  }

  private togglePlay(): void {
    if (this.timer) this.stopPlaying();
    else this.startPlaying();
  }

  private startPlaying(): void {
    clearInterval(this.timer);
    if (this.at === null || this.at >= this.past.last) void this.go(1);
    this.timer = setInterval(() => {
      if (this.at !== null && this.at >= this.past.last) this.stopPlaying();
      else void this.move(1);
    }, Number(this.speed.value));
    this.label(this.play, "pause", gettext("Pause"));
  }

  private stopPlaying(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.label(this.play, "play", gettext("Play"));
  }

  /** Reads the history once, and what has come since when it is asked for again. */
  private load(): Promise<void> {
    this.loaded ??= this.read().catch((error: unknown) => {
      this.loaded = undefined;
      toast(gettext("The history could not be read. Try again."), { kind: "incident" });
      throw error;
    });
    return this.loaded;
  }

  private async read(): Promise<void> {
    let url: string | null = `${this.props.moments_url}?after=${this.past.last}`;
    while (url) {
      const page: Page = await get<Page>(url);
      this.past.add(page.moments);
      this.last = Math.max(this.last, this.past.last);
      url = page.next;
      if (url)
        this.words.textContent = gettext("Reading the history: %(number)s of %(all)s", {
          last: this.past.last,
          last2: this.last,
        });
    }
  }

  private describe(): void {
    const { at, last } = this;
    this.slider.max = String(last);
    this.slider.value = String(at ?? last);
    this.nowButton.disabled = at === null;
    this.link.disabled = at === null;
    this.root.classList.toggle("is-past", at !== null);
    const url = new URL(location.href);
    if (at === null) url.searchParams.delete("at");
    else url.searchParams.set("at", String(at));
    history.replaceState(history.state, "", url);
    if (at === null) {
      this.words.textContent = ngettext(
        "Now: %(count)s moment so far. Move the slider to go back.",
        "Now: %(count)s moments so far. Move the slider to go back.",
        last,
      );
      this.slider.setAttribute("aria-valuetext", gettext("now"));
      return;
    }
    const { moments, at: time } = this.past.stateAt(at);
    const words = moments.map((moment) => this.wordsOf(moment)).filter(Boolean);
    const text = [
      gettext("%(number)s of %(all)s", { number: at, all: last }),
      exactTime(new Date(time)),
      words.join("; ") || gettext("an inner step"),
    ].join(" · ");
    this.words.textContent = text;
    this.slider.setAttribute("aria-valuetext", text);
  }

  private wordsOf({ kind, node, flow, actor, detail }: Moment): string {
    const name = this.shown.nameOf(node);
    if (kind === "entered")
      return flow && this.shown.nameOf(flow) !== flow
        ? gettext("%(name)s reached by “%(flow)s”", { name, flow: this.shown.nameOf(flow) })
        : gettext("%(name)s reached", { name });
    if (kind === "left") return gettext("%(name)s left", { name });
    if (kind === "cancelled") return gettext("%(name)s cancelled", { name });
    if (kind === "set") {
      const names = Object.keys(detail ?? {}).join(", ");
      return actor
        ? gettext("%(names)s set by %(actor)s", { names, actor })
        : gettext("%(names)s set", { names });
    }
    if (kind === "delivery") return byActor(String(detail?.trigger ?? ""), actor);
    if (kind === "incident") return gettext("incident: %(message)s", { message: messageOf(detail) });
    if (kind === "guard")
      return gettext("%(flow)s not taken: %(message)s", {
        flow: this.shown.nameOf(flow ?? ""),
        message: messageOf(detail),
      });
    if (kind === "decision")
      return gettext("%(decision)s decided", { decision: String(detail?.decision ?? "") });
    if (kind === "attempt") return gettext("attempt failed: %(message)s", { message: messageOf(detail) });
    if (kind === "locked") return gettext("a worker took the job");
    if (kind === "ended")
      return gettext("The instance is %(status)s", {
        status: statusInSentence(String(detail?.status ?? "ended")),
      });
    return kind === "closed" ? "" : byActor(kind, actor);
  }

  private async copyLink(): Promise<void> {
    await navigator.clipboard?.writeText(location.href);
    toast(gettext("The link to this moment is copied."));
  }

  private button(name: string, label: string, run: () => void): HTMLButtonElement {
    const button = h("button", { type: "button", class: "btn btn-sm btn-ghost btn-square", onclick: run });
    this.label(button, name, label);
    return button;
  }

  private label(button: HTMLButtonElement, name: string, label: string): void {
    button.replaceChildren(icon(name));
    button.setAttribute("aria-label", label);
    button.title = label;
  }
}
