/** The form of an inbox task or of a start: shows the schema, keeps a draft, sends the answer, maps refusals to fields. */
import { Form, type Schema } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "../styles/forms.css";
import { atOnce } from "../forms/at-once";
import { tellCalendars } from "../forms/dates";
import { FormDraft } from "../forms/draft";
import { type FieldError, fieldErrors } from "../forms/errors";
import { documentEndpoints, nameKept, sendFiles, withDocuments, withoutFiles } from "../forms/files";
import { ownFields } from "../forms/own-fields";
import { translateForm } from "../forms/words";
import { h, icon, readProps } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { describe, type Finding, Problem, post } from "../lib/http";
import { addShortcut, keyCaps } from "../lib/shortcuts";

interface Outcome {
  value: string;
  label: string;
}

interface FormProps {
  schema: Schema;
  data: Record<string, unknown>;
  /** Null: somebody else sends it; what is typed is kept for them. */
  submit_url: string | null;
  /** What is sent beside the answers. */
  more?: Record<string, unknown>;
  /** Where the draft is kept on the server; null: in this browser only. */
  draft_url: string | null;
  draft: Record<string, unknown> | null;
  /** The ways to finish, in the model's order; none: one button that says `submit_label`. */
  outcomes: Outcome[];
  submit_label: string;
  read_only: boolean;
  /** Where the next task of the list is; null: there is no list. */
  next_url: string | null;
  /** Where to go after a click instead of where the server says. */
  back_url?: string;
  /** Where files go; null: the form takes none. */
  upload_url: string | null;
}

interface Submission {
  data: Record<string, unknown>;
  errors: Record<string, string[]>;
  files: Map<string, File[]>;
}

/** The keys of the first two ways to finish; both go on to the next task. */
const KEYS = ["a", "r"];

export async function mount(root: HTMLElement): Promise<void> {
  const props = readProps<FormProps>(root);
  const name = props.draft_url ?? props.submit_url ?? location.pathname;
  const draft = new FormDraft(name, props.draft_url, props.draft !== null);
  const container = h("div", { class: "form-space" });
  const message = h("div", { class: "form-message", "aria-live": "assertive" });
  const note = h("p", { class: "field-hint", "aria-live": "polite" });
  const buttons = h("div", { class: "form-buttons" });
  root.append(container, message, buttons);

  tellCalendars();
  const form = new Form(atOnce({ container, additionalModules: [documentEndpoints, ownFields] }));
  translateForm(container);
  const kept = props.read_only ? null : (draft.read() ?? props.draft);
  await form.importSchema(nameKept(props.schema, props.data), withDocuments({ ...props.data, ...kept }));
  if (props.read_only) {
    form.setProperty("readOnly", true);
    return;
  }
  if (kept) note.textContent = gettext("Your draft is here again.");
  keepTyped(form, container, draft, note);

  const submit = async (outcome: string | null, button: HTMLButtonElement, isOnward: boolean) => {
    if (button.disabled || !props.submit_url) return;
    message.replaceChildren();
    const { data, errors, files } = form.submit() as unknown as Submission;
    if (Object.keys(errors).length > 0) {
      message.append(refusal(gettext("Some fields need another look."), []));
      container.querySelector<HTMLElement>("[aria-invalid=true], .fjs-has-errors input")?.focus();
      return;
    }
    setBusy(buttons, button, true);
    try {
      const answer = await post<{ next: string | null }>(props.submit_url, {
        ...props.more,
        variables: await sendFiles(data, files, props.upload_url),
        ...(outcome === null ? {} : { outcome }),
      });
      draft.forget();
      const next = (isOnward && props.next_url) || props.back_url || answer.next;
      if (next) location.assign(next);
      else root.replaceChildren(thanks());
    } catch (error) {
      setBusy(buttons, button, false);
      showFailure(form, error, message);
    }
  };

  const label = props.submit_label;
  const outcomes = props.outcomes.length > 0 ? props.outcomes : [{ value: "", label }];
  for (const [index, outcome] of (props.submit_url ? outcomes : []).entries()) {
    const key = props.next_url ? KEYS[index] : undefined;
    const button = h(
      "button",
      {
        type: "button",
        class: index === 0 ? "btn btn-primary" : "btn",
        ...(key && { "aria-keyshortcuts": key }),
      },
      outcome.label,
      key && h("kbd", { class: "kbd max-sm:hidden", "aria-hidden": "true" }, key),
    );
    button.addEventListener("click", () => void submit(outcome.value || null, button, false));
    buttons.append(button);
    const onward = () => void submit(outcome.value || null, button, true);
    const group = gettext("Task");
    if (key) {
      const words = gettext("%(label)s, then the next task", { label: outcome.label });
      addShortcut({ keys: key, label: words, group, run: onward });
    }
    if (index === 0)
      addShortcut({ keys: "Mod+Enter", label: outcome.label, group, run: onward, whileTyping: true });
  }
  const [first] = props.submit_url && props.next_url ? outcomes : [];
  if (first) {
    const words = gettext("%(label)s, then the next task", { label: first.label });
    buttons.append(h("span", { class: "send-hint", "aria-hidden": "true" }, keyCaps("Mod+Enter"), words));
  }
  buttons.append(note);
}

/** A form also reports what it was filled with and what it computes; only what a person did is a draft. */
function keepTyped(form: Form, container: HTMLElement, draft: FormDraft, note: HTMLElement): void {
  let isTouched = false;
  for (const kind of ["input", "change", "click", "keydown"])
    container.addEventListener(
      kind,
      // Calendars report what they were filled with as a change, too.
      (event) => {
        isTouched ||= event.isTrusted;
      },
      true,
    );
  let last = meaning(form._getState().data);
  form.on("changed", ({ data }: { data: Record<string, unknown> }) => {
    const text = meaning(data);
    if (text === last) return;
    last = text;
    if (!isTouched) return;
    draft.change(withoutFiles(data), (isKept) => {
      note.textContent = isKept
        ? gettext("Draft kept.")
        : gettext("No connection. The draft is kept in this browser.");
    });
  });
}

/** Fields that were only visited go from nothing to an empty text, a false or an empty list: that is the same. */
function meaning(data: Record<string, unknown>): string {
  const isEmpty = (value: unknown) =>
    value === null || value === "" || value === false || (Array.isArray(value) && value.length === 0);
  return JSON.stringify(withoutFiles(data), (_key, value) => (isEmpty(value) ? undefined : value));
}

function setBusy(buttons: HTMLElement, pressed: HTMLElement, isBusy: boolean): void {
  for (const button of buttons.querySelectorAll("button")) button.disabled = isBusy;
  pressed.setAttribute("aria-busy", String(isBusy));
}

function showFailure(form: Form, error: unknown, message: HTMLElement): void {
  const findings = error instanceof Problem ? error.findings : [];
  const fields = (form.get("formFieldRegistry") as { getAll(): FieldError["field"][] }).getAll();
  const { byField, rest } = fieldErrors(findings, fields);
  form._setState({ errors: byField });
  const status = error instanceof Problem ? error.status : 0;
  const isPassing = error instanceof Problem && error.isPassing;
  const after = isPassing
    ? gettext("Your answers are kept; try again.")
    : status === 400
      ? ""
      : gettext("What you typed stays here and in this browser.");
  message.append(refusal(`${describe(error)} ${after}`.trim(), rest));
}

function refusal(words: string, findings: Finding[]): HTMLElement {
  return h(
    "div",
    { class: "callout state-incident", role: "alert" },
    icon("incident"),
    h(
      "div",
      {},
      h("p", {}, words),
      ...findings.map((finding) => h("p", { class: "field-hint" }, finding.message)),
    ),
  );
}

function thanks(): HTMLElement {
  return h(
    "div",
    { class: "empty-state", role: "status" },
    h("p", { class: "empty-title" }, gettext("Sent. Thank you.")),
  );
}
