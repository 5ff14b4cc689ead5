/** Where an instance is, as a list of words beside its diagram: each step, what failed there and what is tried again. */

import { h, part } from "../lib/dom";
import { gettext, ngettext } from "../lib/gettext";
import { stateMark } from "../lib/state";
import { paintTimes } from "../lib/times";
import type { Attempt, InstanceHistory } from "./history";
import { type Painter, tellStanding } from "./painter";

export function writeNow(history: InstanceHistory, painter: Painter, stepUrl?: string): void {
  part("status")?.replaceChildren(stateMark(history.status));
  const list = part("now");
  if (!list) return;
  const failed = new Map(history.incidents.map((incident) => [incident.node, incident.message]));
  const attempts = new Map(history.attempts.map((attempt) => [attempt.node, attempt]));
  const rows = [...history.occupied()].map(([node, count]) =>
    h(
      "li",
      { class: "now-line" },
      stepUrl
        ? h(
            "a",
            { class: "link-hover", href: `${stepUrl}${encodeURIComponent(node)}` },
            stateMark(failed.has(node) ? "incident" : "waiting", painter.nameOf(node)),
          )
        : stateMark(failed.has(node) ? "incident" : "waiting", painter.nameOf(node)),
      (count > 1 || stepUrl) && h("span", { class: "count" }, String(count)),
      failed.has(node) && h("p", { class: "row-note basis-full" }, failed.get(node) ?? ""),
      tellAttempt(attempts.get(node)),
    ),
  );
  if (rows.length === 0)
    rows.push(
      h(
        "li",
        { class: "text-subtle" },
        stepUrl ? gettext("Nothing runs.") : gettext("No step waits: this instance has ended."),
      ),
    );
  list.replaceChildren(...rows);
  paintTimes(list);
}

/** What the badges of a step mean, in words. */
function tellAttempt(attempt: Attempt | undefined): HTMLElement | null {
  if (!attempt) return null;
  const { failed, left, message, again_at, rests_until, standing } = attempt;
  const parts: (string | HTMLElement)[] = [];
  if (standing > 0) parts.push(tellStanding(standing), " · ");
  if (failed > 0)
    parts.push(
      ngettext("%(count)s attempt failed", "%(count)s attempts failed", failed),
      ", ",
      ngettext("%(count)s is left", "%(count)s are left", left),
      " · ",
    );
  if (rests_until !== null) parts.push(gettext("the breaker of its service is open"), " · ");
  const at = rests_until ?? again_at;
  if (at !== null)
    parts.push(gettext("tried again"), " ", h("time", { datetime: at, "data-awaited": "" }), " · ");
  if (message) parts.push(message);
  else parts.pop();
  return h("p", { class: "row-note basis-full wrap-anywhere" }, ...parts);
}
