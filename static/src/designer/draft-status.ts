/** Says in words where the draft is: saved, kept in this browser, or overtaken by somebody else's. */
import { h, icon } from "../lib/dom";
import { exactTime, relativeTime } from "../lib/times";
import { toast } from "../lib/toast";
import type { Draft, DraftStatus } from "./draft";

export function showStatus(
  place: HTMLElement,
  status: DraftStatus,
  draft: Draft,
  loadTheirs: () => void,
): void {
  const say = (look: string, symbol: string, words: string, title = "", ...more: Node[]) =>
    place.replaceChildren(
      h("span", { class: `state state-${look}`, title }, icon(symbol), h("span", {}, words)),
      ...more,
    );
  const button = (label: string, run: () => void) =>
    h("button", { type: "button", class: "btn btn-sm", onclick: run }, label);
  if (status.kind === "saved")
    say("none", "done", "Saved", status.at ? `Saved ${exactTime(new Date(status.at))}` : "");
  else if (status.kind === "changed") say("none", "edit", "Changed");
  else if (status.kind === "saving") say("none", "save", "Saving…");
  else if (status.kind === "offline")
    say(
      "waiting",
      "warning",
      "No connection. Your work is kept in this browser.",
      "It is sent when the server is back.",
    );
  else if (status.kind === "refused") say("incident", "incident", status.message);
  else
    say(
      "incident",
      "incident",
      `${status.by ?? "Somebody else"} saved this draft meanwhile. Yours is kept in this browser.`,
      "",
      button("Load theirs", loadTheirs),
      button("Save mine over it", () => void draft.overwrite()),
    );
}

/** Changes that this browser kept because they never reached the server. */
export function offerKept(
  at: string,
  isShown: boolean,
  draft: Draft,
  takeKept: () => void,
  takeSaved: () => void,
): void {
  const when = relativeTime(new Date(at), new Date());
  if (isShown) {
    void draft.change();
    const action = {
      label: "Go back to the saved one",
      run: () => {
        takeSaved();
        void draft.change();
      },
    };
    toast(`Your changes of ${when} had not reached the server; they are here again.`, { action });
  } else {
    const action = {
      label: "Show mine",
      run: () => {
        takeKept();
        void draft.change();
      },
    };
    toast(
      `This browser keeps changes of ${when} that never reached the server, and the draft was changed since.`,
      { kind: "incident", action },
    );
  }
}
