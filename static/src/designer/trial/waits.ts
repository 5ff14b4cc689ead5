/** What a trial waits for, each as a card with what can be done about it: answer, result, failure, error, event. */

import { h, icon } from "../../lib/dom";
import { gettext, ngettext } from "../../lib/gettext";
import { describe } from "../../lib/http";
import { exactTime } from "../../lib/times";
import { formField } from "./form-field";
import type { Action, Mock, OpenEvent, Refusal, Run, Variables, Wait } from "./model";
import type { Trial } from "./trial";
import { jsonField } from "./values";

const KINDS: Record<string, [symbol: string, words: string]> = {
  user: ["inbox", gettext("Task")],
  job: ["process", gettext("Job")],
  async: ["process", gettext("Pause before it goes on")],
  message: ["info", gettext("Waits for a message")],
  receive: ["info", gettext("Waits for a message")],
  signal: ["info", gettext("Waits for a signal")],
  timer: ["waiting", gettext("Waits for time")],
  condition: ["waiting", gettext("Waits for a condition")],
  gateway: ["waiting", gettext("Waits for the first event")],
  join: ["waiting", gettext("Waits for other branches")],
  call: ["process", gettext("Called process")],
  scope: ["process", gettext("Inside of it")],
  incident: ["incident", gettext("Incident")],
};

/** These are seen inside or by others; nothing can be done at them by hand. */
const PASSIVE = new Set(["join", "scope", "call", "gateway", "async"]);

export interface Cards {
  trial: Trial;
  goTo(node: string): void;
  nameOf(node: string): string;
}

export function waitCard(cards: Cards, run: Run, wait: Wait): HTMLElement {
  const [symbol, words] = KINDS[wait.kind] ?? ["waiting", wait.kind];
  const people = [...(wait.candidate_groups ?? []), wait.assignee ?? ""].filter(Boolean).join(", ");
  const card = h(
    "article",
    { class: "trial-card", "data-wait": wait.node, "aria-label": `${words}: ${wait.name}` },
    h(
      "header",
      {},
      h("span", { class: `state state-${wait.kind === "incident" ? "incident" : "active"}` }, icon(symbol)),
      h(
        "button",
        { type: "button", class: "link-quiet", onclick: () => cards.goTo(wait.node) },
        cards.nameOf(wait.node),
      ),
      h(
        "span",
        { class: "row-note" },
        [words, people, run.id === "1" ? "" : gettext("run %(run)s", { run: run.id })]
          .filter(Boolean)
          .join(" · "),
      ),
    ),
  );
  const at = { run: run.id, node: wait.node };
  if (wait.kind === "user") card.append(taskForm(cards, at, wait));
  else if (wait.kind === "job") card.append(jobForm(cards, at, wait));
  else if (wait.kind === "incident") card.append(...incidentPart(cards, run, at));
  else if (!PASSIVE.has(wait.kind)) card.append(completeForm(cards, at));
  return card;
}

type Place = { run: string; node: string };

function taskForm(cards: Cards, at: Place, wait: Wait): HTMLElement {
  const place = h("div", { class: "trial-form" });
  const outcomes = wait.outcomes ?? [];
  const field = formField(wait.form ?? null, wait.variables ?? {}, gettext("Answer as JSON"));
  const buttons = (outcomes.length > 0 ? outcomes : [{ value: "", label: gettext("Complete") }]).map(
    ({ value, label }, index) => ({
      label,
      isMain: index === 0,
      run: () => {
        const read = field.read();
        if (!read) return null;
        const action: Action = { do: read.isForm ? "submit" : "complete", ...at, variables: read.variables };
        if (value && read.isForm) action.outcome = value;
        else if (value) action.variables = { ...read.variables, outcome: value };
        return action;
      },
    }),
  );
  place.append(
    field.element,
    actionButtons(cards, buttons, (refusal) => field.refuse(refusal.fields)),
  );
  return place;
}

function jobForm(cards: Cards, at: Place, wait: Wait): HTMLElement {
  const type = wait.type ?? "";
  const result = jsonField(gettext("Result as JSON"));
  const code = h("input", {
    class: "input input-sm",
    "aria-label": gettext("Error code"),
    placeholder: gettext("Error code"),
  });
  const message = h("input", {
    class: "input input-sm",
    "aria-label": gettext("Why it failed"),
    placeholder: gettext("Why it failed"),
  });
  const always = h("input", { type: "checkbox", class: "checkbox checkbox-sm" });
  const act = (mock: Partial<Mock> & { does: Mock["does"] }, action: Action) => () => {
    if (!always.checked) return action;
    void cards.trial.mock(type, { variables: {}, code: "", message: "", ...mock });
    return null;
  };
  return h(
    "div",
    { class: "trial-form" },
    h(
      "p",
      { class: "row-note" },
      ngettext("%(type)s · %(count)s attempt left", "%(type)s · %(count)s attempts left", wait.retries ?? 0, {
        type,
      }),
      errorOf(wait),
    ),
    result.element,
    h("div", { class: "trial-pair" }, message, code),
    h(
      "label",
      { class: "check-line" },
      always,
      h("span", {}, gettext("Always do this for %(type)s", { type })),
    ),
    actionButtons(cards, [
      {
        label: gettext("Complete"),
        isMain: true,
        run: () => {
          const variables = result.read();
          return variables && act({ does: "result", variables }, { do: "complete", ...at, variables })();
        },
      },
      {
        label: gettext("Fail"),
        run: () =>
          act({ does: "fail", message: message.value }, { do: "fail", ...at, message: message.value })(),
      },
      {
        label: gettext("BPMN error"),
        run: () => {
          const action: Action = { do: "error", ...at, code: code.value, message: message.value };
          return act({ does: "error", code: code.value, message: message.value }, action)();
        },
      },
    ]),
  );
}

function errorOf(wait: Wait): string {
  const error = wait.data.error;
  return typeof error === "string" && error ? ` · ${gettext("last: %(error)s", { error })}` : "";
}

function completeForm(cards: Cards, at: Place): HTMLElement {
  const field = jsonField(gettext("What it brings, as JSON"));
  const run = () => {
    const variables = field.read();
    return variables && { do: "complete", ...at, variables };
  };
  return h(
    "div",
    { class: "trial-form" },
    field.element,
    actionButtons(cards, [{ label: gettext("Let it happen"), run }]),
  );
}

function incidentPart(cards: Cards, run: Run, at: Place): HTMLElement[] {
  const found = run.incidents.find(({ node }) => node === at.node);
  return [
    h("p", { class: "field-error" }, found?.message ?? ""),
    actionButtons(cards, [{ label: gettext("Try again"), run: () => ({ do: "retry", ...at }) }]),
  ];
}

export function eventCard(cards: Cards, event: OpenEvent): HTMLElement {
  if (event.kind === "timer") {
    const due = event.due ? new Date(event.due) : null;
    return h(
      "li",
      { class: "trial-event" },
      icon("waiting"),
      h(
        "button",
        { type: "button", class: "link-quiet grow", onclick: () => cards.goTo(event.node) },
        cards.nameOf(event.node),
      ),
      h("span", { class: "row-note" }, due ? exactTime(due) : ""),
    );
  }
  const field = jsonField(gettext("Variables as JSON"));
  const run = () => {
    const variables = field.read();
    if (!variables) return null;
    const action: Action = { do: event.kind, name: event.name ?? "", variables };
    if (event.key) action.key = event.key;
    return action;
  };
  const words = event.run
    ? gettext("to “%(name)s”", { name: cards.nameOf(event.node) })
    : gettext("starts %(place)s", { place: event.place });
  return h(
    "li",
    {},
    h(
      "details",
      { class: "trial-event-more" },
      h(
        "summary",
        {},
        h(
          "span",
          { class: "grow" },
          event.kind === "message"
            ? gettext("Message “%(name)s”", { name: event.name ?? "" })
            : gettext("Signal “%(name)s”", { name: event.name ?? "" }),
        ),
        h(
          "span",
          { class: "row-note" },
          [words, event.key ? gettext("key %(key)s", { key: event.key }) : ""].filter(Boolean).join(" · "),
        ),
      ),
      field.element,
      actionButtons(cards, [{ label: gettext("Send"), run }]),
    ),
  );
}

interface ActionButton {
  label: string;
  isMain?: boolean;
  /** The action; null where a field has said what is wrong, or something else was done. */
  run(): Action | null;
}

/** Buttons with the place where a refusal is said. */
export function actionButtons(
  cards: Pick<Cards, "trial">,
  buttons: ActionButton[],
  onRefused?: (refusal: Refusal) => void,
): HTMLElement {
  const words = h("p", { class: "field-error", role: "alert" });
  const row = h("div", { class: "trial-buttons" });
  for (const { label, isMain, run } of buttons) {
    const button = h(
      "button",
      { type: "button", class: isMain ? "btn btn-sm btn-primary" : "btn btn-sm" },
      label,
    );
    button.addEventListener("click", () => {
      words.textContent = "";
      const action = run();
      if (!action) return;
      button.disabled = true;
      cards.trial
        .do(action)
        .then((refusal) => {
          if (!refusal) return;
          words.textContent = refusal.message;
          onRefused?.(refusal);
        })
        .catch((error: unknown) => {
          words.textContent = describe(error);
        })
        .finally(() => {
          button.disabled = false;
        });
    });
    row.append(button);
  }
  return h("div", {}, row, words);
}

export type { Variables };
