/** A state as colour, icon and word: the same as the `{% state %}` template tag draws. */
import { h, icon } from "./dom";

const LOOKS: Record<string, string> = {
  completed: "done",
  terminated: "cancelled",
  failed: "incident",
  open: "incident",
};

export const lookOf = (status: string): string => LOOKS[status] ?? status;

export function stateMark(status: string, words?: string): HTMLElement {
  const look = lookOf(status);
  return h(
    "span",
    { class: `state state-${look}` },
    icon(look),
    h("span", {}, words ?? status.charAt(0).toUpperCase() + status.slice(1)),
  );
}
