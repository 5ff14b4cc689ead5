/** A state as colour, icon and word: the same as the `{% state %}` template tag draws. */

import { h, icon } from "./dom";
import { gettext } from "./gettext";

const LOOKS: Record<string, string> = {
  completed: "done",
  terminated: "cancelled",
  failed: "incident",
  open: "incident",
};

export const lookOf = (status: string): string => LOOKS[status] ?? status;

const WORDS: Record<string, string> = {
  active: gettext("Active"),
  waiting: gettext("Waiting"),
  done: gettext("Done"),
  completed: gettext("Completed"),
  terminated: gettext("Terminated"),
  cancelled: gettext("Cancelled"),
  failed: gettext("Failed"),
  suspended: gettext("Suspended"),
  incident: gettext("Incident"),
  open: gettext("Open"),
};

/** A state as it is called where people read it. */
export const statusWord = (status: string): string =>
  WORDS[status] ?? status.charAt(0).toUpperCase() + status.slice(1);

const IN_SENTENCES: Record<string, string> = {
  active: gettext("active"),
  completed: gettext("completed"),
  terminated: gettext("terminated"),
  cancelled: gettext("cancelled"),
  failed: gettext("failed"),
  suspended: gettext("suspended"),
  ended: gettext("ended"),
};

/** A state within a sentence: “The instance is completed”. */
export const statusInSentence = (status: string): string => IN_SENTENCES[status] ?? status;

export function stateMark(status: string, words?: string): HTMLElement {
  const look = lookOf(status);
  return h("span", { class: `state state-${look}` }, icon(look), h("span", {}, words ?? statusWord(status)));
}
