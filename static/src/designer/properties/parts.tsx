/** The pieces that our own entries of the properties panel are made of, in the panel's own look. */
import type { ComponentChildren } from "@bpmn-io/properties-panel/preact";
import { useEffect, useState } from "@bpmn-io/properties-panel/preact/hooks";
import { useService } from "bpmn-js-properties-panel";
import type { Catalogue, PageContext } from "../context";
import type { DrawnElement } from "../extension/elements";
import type { DrawingTool } from "../modeler";

export interface EntryProps {
  element: DrawnElement;
  id: string;
}

/** The drawing tool's services by name, for writing. */
export function useTool(): DrawingTool["get"] {
  const injector = useService<{ get: DrawingTool["get"] }>("injector");
  return (name) => injector.get(name);
}

export const usePage = (): PageContext => useService<PageContext>("page");

export function useCatalogue(): Catalogue | null {
  const page = usePage();
  const [catalogue, setCatalogue] = useState<Catalogue | null>(null);
  useEffect(() => {
    let isHere = true;
    void page.readCatalogue().then((found) => isHere && setCatalogue(found));
    return () => {
      isHere = false;
    };
  }, [page]);
  return catalogue;
}

/** The last answer to a question that changes while somebody types; null until there is one. */
export function useAnswer<T>(question: string, ask: () => Promise<T>): T | null {
  const [answer, setAnswer] = useState<{ question: string; value: T } | null>(null);
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(() => {
      ask()
        .then((value) => isWanted && setAnswer({ question, value }))
        .catch(() => isWanted && setAnswer(null));
    }, 250);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [question]);
  return answer?.question === question ? answer.value : null;
}

export function Entry(props: { id: string; children: ComponentChildren }) {
  return (
    <div class="bio-properties-panel-entry" data-entry-id={props.id}>
      {props.children}
    </div>
  );
}

interface Choice {
  value: string;
  label: string;
}

export function Choose(props: {
  id: string;
  label: string;
  value: string;
  choices: (Choice | { label: string; choices: Choice[] })[];
  onChange(value: string): void;
}) {
  const option = ({ value, label }: Choice) => (
    <option key={value} value={value} selected={value === props.value}>
      {label}
    </option>
  );
  return (
    <div class="bio-properties-panel-select">
      <label class="bio-properties-panel-label" for={`own-${props.id}`}>
        {props.label}
      </label>
      <select
        id={`own-${props.id}`}
        name={props.id}
        class="bio-properties-panel-input"
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        {props.choices.map((choice) =>
          "choices" in choice
            ? choice.choices.length > 0 && (
                <optgroup key={choice.label} label={choice.label}>
                  {choice.choices.map(option)}
                </optgroup>
              )
            : option(choice),
        )}
      </select>
    </div>
  );
}

/** A text that is written when it is left or Enter is pressed, so that each change is one step of undo. */
export function TextInput(props: {
  id: string;
  label: string;
  value: string;
  hint?: string;
  rows?: number;
  onChange(value: string): void;
}) {
  const common = {
    id: `own-${props.id}`,
    name: props.id,
    class: "bio-properties-panel-input",
    value: props.value,
    placeholder: props.hint,
    spellcheck: false,
    autocomplete: "off",
  } as const;
  const write = (value: string) => value !== props.value && props.onChange(value);
  return (
    <div class="bio-properties-panel-textfield">
      <label class="bio-properties-panel-label" for={common.id}>
        {props.label}
      </label>
      {props.rows ? (
        <textarea {...common} rows={props.rows} onChange={(event) => write(event.currentTarget.value)} />
      ) : (
        <input {...common} type="text" onChange={(event) => write(event.currentTarget.value)} />
      )}
    </div>
  );
}

export const Words = (props: { children: ComponentChildren; look?: "problem" | "good" }) => (
  <p class={`own-words${props.look ? ` is-${props.look}` : ""}`}>{props.children}</p>
);

export const Button = (props: { children: ComponentChildren; onClick(): void; label?: string }) => (
  <button type="button" class="btn btn-sm" aria-label={props.label} onClick={props.onClick}>
    {props.children}
  </button>
);
