/**
 * Who else has this draft open, and that somebody has saved it: the page says so at once, not only when a save is
 * refused. Everybody says from time to time that they are still here, so that who vanished is forgotten.
 */

import { h, icon } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { type LiveEvent, live } from "../lib/live";
import type { Draft } from "./draft";

const SAID_AGAIN = 45_000;
const FORGOTTEN_AFTER = 110_000;

interface Person {
  user: string;
  heard: number;
}

export class Presence {
  private readonly people = new Map<string, Person>();
  private newest: { revision: number; by: string } | null = null;

  constructor(
    private readonly key: string,
    private readonly user: string,
    private readonly place: HTMLElement,
    private readonly draft: Draft,
    private readonly load: () => void,
  ) {
    this.subscribe();
    setInterval(() => {
      this.subscribe();
      this.forgetVanished();
    }, SAID_AGAIN);
    // After a lost connection the list begins anew.
    live().watch((status) => {
      if (status === "live") return;
      this.people.clear();
      this.paint();
    });
  }

  private subscribe(): void {
    live().subscribe({ subscribe: "draft", id: this.key, receive: (event) => this.hear(event) });
  }

  private hear(event: LiveEvent): void {
    const place = String(event.place ?? "");
    if (event.type === "here") this.people.set(place, { user: String(event.user), heard: Date.now() });
    else if (event.type === "gone") this.people.delete(place);
    else if (event.type === "saved" && Number(event.revision) > this.draft.revision) {
      // One's own save may be heard before its answer has come.
      setTimeout(() => this.noteSaved(Number(event.revision), String(event.by)), 1000);
      return;
    }
    this.paint();
  }

  private noteSaved(revision: number, by: string): void {
    if (revision <= this.draft.revision) return;
    this.newest = { revision, by };
    this.paint();
  }

  private forgetVanished(): void {
    const oldest = Date.now() - FORGOTTEN_AFTER;
    for (const [place, { heard }] of this.people) if (heard < oldest) this.people.delete(place);
    this.paint();
  }

  paint(): void {
    const users = new Set([...this.people.values()].map(({ user }) => user));
    const names = [...users].map((user) => (user === this.user ? gettext("you, in another window") : user));
    // A refused save says the same itself.
    const isNewer =
      this.newest !== null &&
      this.newest.revision > this.draft.revision &&
      this.draft.status.kind !== "conflict";
    this.place.replaceChildren(
      ...(names.length > 0
        ? [
            h(
              "span",
              {
                class: "state state-waiting",
                title: gettext("This draft is also open at: %(names)s", { names: names.join(", ") }),
              },
              icon("group"),
              h("span", {}, gettext("Also open: %(names)s", { names: names.join(", ") })),
            ),
          ]
        : []),
      ...(isNewer
        ? [
            h(
              "span",
              { class: "state state-incident" },
              icon("warning"),
              h(
                "span",
                {},
                gettext("%(name)s saved a newer draft", { name: this.newest?.by || gettext("Somebody") }),
              ),
            ),
            h(
              "button",
              { type: "button", class: "btn btn-sm", onclick: () => this.load() },
              gettext("Load theirs"),
            ),
          ]
        : []),
    );
  }
}
