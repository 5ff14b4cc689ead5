/** The form of an inbox task or of a start: shows the schema, keeps a draft, sends the answer, maps refusals to fields. */
import { Form, type Schema } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "../styles/forms.css";
import { FormDraft } from "../forms/draft";
import { type FieldError, fieldErrors } from "../forms/errors";
import { h, icon, readProps } from "../lib/dom";
import { describe, type Finding, Problem, post } from "../lib/http";
import { addShortcut } from "../lib/shortcuts";

interface Outcome {
  value: string;
  label: string;
}

interface FormProps {
  schema: Schema;
  data: Record<string, unknown>;
  submit_url: string;
  /** Where the draft is kept on the server; null: in this browser only. */
  draft_url: string | null;
  draft: Record<string, unknown> | null;
  /** The ways to finish, in the model's order; none: one button that says `submit_label`. */
  outcomes: Outcome[];
  submit_label: string;
  read_only: boolean;
}

interface Submission {
  data: Record<string, unknown>;
  errors: Record<string, string[]>;
}

export async function mount(root: HTMLElement): Promise<void> {
  const props = readProps<FormProps>(root);
  const draft = new FormDraft(props.submit_url, props.draft_url);
  const container = h("div", { class: "form-space" });
  const message = h("div", { class: "form-message", "aria-live": "assertive" });
  const note = h("p", { class: "field-hint", "aria-live": "polite" });
  const buttons = h("div", { class: "form-buttons" });
  root.append(container, message, buttons);

  const form = new Form({ container });
  const kept = draft.read() ?? props.draft;
  await form.importSchema(props.schema, { ...props.data, ...kept });
  if (props.read_only) {
    form.setProperty("readOnly", true);
    return;
  }
  if (kept) note.textContent = "Your draft is here again.";

  // The form also reports what it was filled with; only what a person changed is a draft.
  let last = JSON.stringify(form._getState().data);
  form.on("changed", ({ data }: { data: Record<string, unknown> }) => {
    const text = JSON.stringify(data);
    if (text === last) return;
    last = text;
    draft.change(data, (isKept) => {
      note.textContent = isKept ? "Draft kept." : "No connection. The draft is kept in this browser.";
    });
  });

  const submit = async (outcome: string | null, button: HTMLButtonElement) => {
    message.replaceChildren();
    const { data, errors } = form.submit() as Submission;
    if (Object.keys(errors).length > 0) {
      message.append(refusal("Some fields need another look.", []));
      container.querySelector<HTMLElement>("[aria-invalid=true], .fjs-has-errors input")?.focus();
      return;
    }
    setBusy(buttons, button, true);
    try {
      const answer = await post<{ next: string | null }>(props.submit_url, {
        variables: data,
        ...(outcome === null ? {} : { outcome }),
      });
      draft.forget();
      if (answer.next) location.assign(answer.next);
      else root.replaceChildren(thanks());
    } catch (error) {
      setBusy(buttons, button, false);
      showFailure(form, error, message);
    }
  };

  const outcomes = props.outcomes.length > 0 ? props.outcomes : [{ value: "", label: props.submit_label }];
  for (const [index, { value, label }] of outcomes.entries()) {
    const button = h("button", { type: "button", class: index === 0 ? "btn btn-primary" : "btn" }, label);
    button.addEventListener("click", () => void submit(value || null, button));
    buttons.append(button);
    if (index === 0)
      addShortcut({ keys: "Mod+Enter", label, group: "Task", run: () => button.click(), whileTyping: true });
  }
  buttons.append(note);
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
    ? " Your answers are kept; try again."
    : status === 400
      ? ""
      : " What you typed stays here and in this browser.";
  message.append(refusal(`${describe(error)}${after}`, rest));
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
    h("p", { class: "empty-title" }, "Sent. Thank you."),
  );
}
