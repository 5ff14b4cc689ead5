/**
 * The number field of a form, typed and shown as the person's region writes numbers. The form library's own knows the
 * decimal point alone, and reads the thousands of “1,234” as decimals. What it stores is the same.
 */
import {
  Description,
  Errors,
  Label as LibraryLabel,
  Numberfield,
  useSingleLineTemplateEvaluation,
} from "@bpmn-io/form-js-viewer";
import { type ComponentChild, type FunctionComponent, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { readNumber, tellNumber } from "../lib/formats";
import { gettext } from "../lib/gettext";

interface NumberProps {
  domId: string;
  disabled: boolean;
  readonly: boolean;
  errors: string[];
  value: number | string | null | undefined;
  field: {
    label?: string;
    description?: string;
    decimalDigits?: number;
    increment?: number | string;
    serializeToString?: boolean;
    appearance?: { prefixAdorner?: string; suffixAdorner?: string };
    validate?: { required?: boolean };
  };
  onChange(change: { field: unknown; value: unknown }): void;
  onBlur?(): void;
  onFocus?(): void;
}

/** Its types name children that no label has. */
const Label = LibraryLabel as unknown as FunctionComponent<{
  htmlFor: string;
  label: string | undefined;
  required: boolean;
}>;

/** What the library calls a value that is no number; its check says so to the person. */
const NONE = "NaN";

const shownOf = (value: NumberProps["value"]): string =>
  value === null || value === undefined || value === NONE ? "" : tellNumber(value);

export function NumberField(props: NumberProps) {
  const { field, domId, errors, disabled, readonly } = props;
  const [typed, setTyped] = useState(shownOf(props.value));
  const sent = useRef<unknown>(props.value ?? null);

  // A value that came from elsewhere (a draft, an expression, a reset) is shown; what is being typed stays as it is.
  useEffect(() => {
    if ((props.value ?? null) === sent.current) return;
    sent.current = props.value ?? null;
    setTyped(shownOf(props.value));
  }, [props.value]);

  const send = (value: unknown) => {
    sent.current = value;
    props.onChange({ field, value });
  };
  const change = (text: string) => {
    setTyped(text);
    const number = readNumber(text);
    if (text.trim() === "") send(null);
    else if (number === null) send(NONE);
    else send(field.serializeToString ? number : Number(number));
  };
  const step = Number(field.increment) || 10 ** -(field.decimalDigits ?? 0);
  const move = (direction: 1 | -1) => {
    if (readonly || disabled) return;
    const at = Number(readNumber(typed) ?? 0) / step;
    const steps = direction > 0 ? Math.floor(at + 1e-9) + 1 : Math.ceil(at - 1e-9) - 1;
    change(tellNumber((steps * step).toFixed(digitsOf(step))));
  };
  const arrow = (direction: 1 | -1, name: string, words: string) =>
    h(
      "button",
      {
        type: "button",
        class: `fjs-number-arrow-${name}`,
        "aria-label": words,
        tabIndex: -1,
        onClick: () => move(direction),
      },
      h("span", { class: `number-arrow-${name}`, "aria-hidden": "true" }),
    );

  const state = { "fjs-disabled": disabled, "fjs-readonly": readonly };
  const names = (first: string) =>
    [first, ...Object.entries(state).map(([name, holds]) => holds && name)].filter(Boolean).join(" ");
  const about = `${domId}-description`;
  const wrong = `${domId}-error-message`;
  return h(
    "div",
    { class: names(`fjs-form-field fjs-form-field-number${errors.length ? " fjs-has-errors" : ""}`) },
    [
      h(Label, { htmlFor: domId, label: field.label, required: field.validate?.required ?? false }),
      h("div", { class: names(`fjs-input-group${errors.length ? " hasErrors" : ""}`) }, [
        adornment(useSingleLineTemplateEvaluation(field.appearance?.prefixAdorner ?? ""), "before"),
        h("div", { class: names(`fjs-vertical-group${errors.length ? " hasErrors" : ""}`) }, [
          h("input", {
            id: domId,
            class: "fjs-input",
            type: "text",
            inputMode: "decimal",
            autoComplete: "off",
            value: typed,
            disabled,
            readOnly: readonly,
            required: field.validate?.required,
            "aria-invalid": errors.length > 0,
            "aria-describedby": `${about} ${wrong}`,
            onInput: (event: Event) => change((event.target as HTMLInputElement).value),
            onKeyDown: (event: KeyboardEvent) => {
              const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key] as 1 | -1 | undefined;
              if (!direction) return;
              event.preventDefault();
              move(direction);
            },
            onBlur: () => {
              // Read back as it was understood: “1.234” becomes 1234 or 1,234 before anybody sends it.
              const number = readNumber(typed);
              if (number !== null) setTyped(tellNumber(number));
              props.onBlur?.();
            },
            onFocus: () => props.onFocus?.(),
          }),
          h("div", { class: names("fjs-number-arrow-container") }, [
            arrow(1, "up", gettext("More")),
            h("div", { class: "fjs-number-arrow-separator" }),
            arrow(-1, "down", gettext("Less")),
          ]),
        ]),
        adornment(useSingleLineTemplateEvaluation(field.appearance?.suffixAdorner ?? ""), "after"),
      ]),
      h(Description, { id: about, description: field.description }),
      h(Errors, { id: wrong, errors }),
    ],
  );
}

NumberField.config = Numberfield.config;

function adornment(words: ComponentChild, side: "before" | "after") {
  if (!words) return null;
  return h(
    "span",
    {
      class: `fjs-input-adornment ${side === "before" ? "border-right border-radius-left" : "border-left border-radius-right"}`,
    },
    h("span", { class: "fjs-input-adornment-text" }, words),
  );
}

const digitsOf = (step: number): number =>
  /\.(\d+)$/.exec(String(step))?.[1]?.length ?? Math.max(0, -Math.floor(Math.log10(step)));
