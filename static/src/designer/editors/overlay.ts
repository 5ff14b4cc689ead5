/** A whole-window editor above the designer: title, tools, Cancel and Done; the page behind is out of reach. */

import { h } from "../../lib/dom";
import { gettext } from "../../lib/gettext";

export interface Overlay {
  /** What the editor fills. */
  readonly body: HTMLElement;
  /** Beside the title: tabs and the like. */
  readonly tools: HTMLElement;
  close(): void;
}

/** `done` says whether it may be closed; what is cancelled is forgotten. */
export function openOverlay(
  title: string,
  done: () => Promise<boolean> | boolean,
  onClose: () => void,
): Overlay {
  const before = document.activeElement;
  const body = h("div", { class: "editor-body" });
  const tools = h("div", { class: "editor-tools" });
  const close = () => {
    for (const part of hidden) cover(part, false);
    root.remove();
    removeEventListener("keydown", listen, true);
    onClose();
    if (before instanceof HTMLElement || before instanceof SVGElement) before.focus();
  };
  const finish = async () => {
    if (await done()) close();
  };
  const button = (label: string, look: string, run: () => void) =>
    h("button", { type: "button", class: `btn btn-sm ${look}`, onclick: run }, label);
  const root = h(
    "div",
    { class: "editor-overlay", role: "dialog", "aria-modal": "true", "aria-label": title },
    h(
      "div",
      { class: "bar" },
      h("h2", { class: "truncate font-semibold" }, title),
      tools,
      h("span", { class: "grow" }),
      button(gettext("Cancel"), "", close),
      button(gettext("Done"), "btn-primary", () => void finish()),
    ),
    body,
  );
  const listen = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      event.stopPropagation();
      void finish();
    }
  };
  // What the libraries add to the page later, such as menus, stays within reach.
  const hidden = [...document.body.children].filter(
    (part): part is HTMLElement =>
      part instanceof HTMLElement && !part.inert && !part.matches("[role=status], #toasts"),
  );
  for (const part of hidden) cover(part, true);
  document.body.append(root);
  addEventListener("keydown", listen, true);
  root.querySelector("button")?.focus();
  return { body, tools, close };
}

function cover(part: HTMLElement, isCovered: boolean): void {
  part.inert = isCovered;
  part.classList.toggle("is-covered", isCovered);
}

/** Tabs that show one of several things; the chosen one is told. */
export function tabsOf(label: string, names: readonly string[], choose: (at: number) => void): HTMLElement {
  const tabs = h("div", { class: "designer-tabs", role: "tablist", "aria-label": label });
  const mark = (chosen: number) => {
    for (const [at, tab] of [...tabs.children].entries())
      tab.setAttribute("aria-selected", String(at === chosen));
  };
  for (const [at, name] of names.entries())
    tabs.append(
      h(
        "button",
        {
          type: "button",
          role: "tab",
          onclick: () => {
            mark(at);
            choose(at);
          },
        },
        name,
      ),
    );
  mark(0);
  return tabs;
}
