/** Says in words where the draft is: saved, kept in this browser, or overtaken by somebody else's. */

import { h, icon } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { exactTime, relativeTime } from "../lib/times";
import { toast } from "../lib/toast";
import type { Draft, DraftStatus } from "./draft";

export function showStatus(
  place: HTMLElement,
  status: DraftStatus,
  draft: Draft,
  loadTheirs: () => void,
): void {
  const tell = (look: string, symbol: string, words: string, title = "", ...more: Node[]) =>
    place.replaceChildren(
      h("span", { class: `state state-${look}`, title }, icon(symbol), h("span", {}, words)),
      ...more,
    );
  const button = (label: string, run: () => void) =>
    h("button", { type: "button", class: "btn btn-sm", onclick: run }, label);
  if (status.kind === "saved")
    tell(
      "none",
      "done",
      gettext("Saved"),
      status.at ? gettext("Saved %(time)s", { time: exactTime(new Date(status.at)) }) : "",
    );
  else if (status.kind === "changed") tell("none", "edit", gettext("Changed"));
  else if (status.kind === "saving") tell("none", "save", gettext("Saving…"));
  else if (status.kind === "offline")
    tell(
      "waiting",
      "warning",
      gettext("No connection. Your work is kept in this browser."),
      gettext("It is sent when the server is back."),
    );
  else if (status.kind === "refused") tell("incident", "incident", status.message);
  else
    tell(
      "incident",
      "incident",
      gettext("%(by)s saved this draft meanwhile. Yours is kept in this browser.", {
        by: status.by ?? gettext("Somebody else"),
      }),
      "",
      button(gettext("Load theirs"), loadTheirs),
      button(gettext("Save mine over it"), () => void draft.overwrite()),
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
      label: gettext("Go back to the saved one"),
      run: () => {
        takeSaved();
        void draft.change();
      },
    };
    toast(gettext("Your changes of %(when)s had not reached the server; they are here again.", { when }), {
      action,
    });
  } else {
    const action = {
      label: gettext("Show mine"),
      run: () => {
        takeKept();
        void draft.change();
      },
    };
    toast(
      gettext(
        "This browser keeps changes of %(when)s that never reached the server, and the draft was changed since.",
        { when },
      ),
      { kind: "incident", action },
    );
  }
}
