/** The page's keyboard shortcuts: one register, so that `?` can list all that hold here. */
import { h, isTyping } from "./dom";
import { gettext } from "./gettext";

export interface Shortcut {
  /** Keys as one writes them: "j", "/", "?", "Mod+s", "Mod+Enter", or two in a row: "g i". */
  keys: string;
  label: string;
  group: string;
  /** Absent: something else on the page listens to these keys; they are only listed here. */
  run?(event: KeyboardEvent): void;
  /** Also while a field has the focus. */
  whileTyping?: boolean;
}

const shortcuts: Shortcut[] = [];
let pending = "";
let pendingTimer: ReturnType<typeof setTimeout> | undefined;

export function addShortcut(shortcut: Shortcut): () => void {
  shortcuts.push(shortcut);
  return () => shortcuts.splice(shortcuts.indexOf(shortcut), 1);
}

export const listShortcuts = (): readonly Shortcut[] => shortcuts;

/** One pressed key as a word: "Mod+k" on every system, "Shift" only where the key itself does not show it. */
export function keyWord(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("Mod");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && (event.key.length > 1 || parts.length > 0)) parts.push("Shift");
  parts.push(event.key.length === 1 && parts.length > 0 ? event.key.toLowerCase() : event.key);
  return parts.join("+");
}

/** Does what the key is for; for parts of a page that listen to keys themselves and want the page's to win. */
export function runShortcut(event: KeyboardEvent): void {
  if (event.defaultPrevented || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const word = keyWord(event);
  const typing = isTyping(event.target);
  const sequence = pending ? `${pending} ${word}` : word;
  const allowed = shortcuts.filter((shortcut) => shortcut.run && (!typing || shortcut.whileTyping));
  // The youngest wins: an island may take a key over while it is there.
  const hit =
    allowed.findLast((shortcut) => shortcut.keys === sequence) ??
    allowed.findLast((shortcut) => shortcut.keys === word);
  forgetPending();
  if (hit) {
    if (document.querySelector("dialog[open]") && !hit.whileTyping) return;
    event.preventDefault();
    hit.run?.(event);
    return;
  }
  const next = allowed.filter((shortcut) => shortcut.keys.startsWith(`${word} `));
  if (next.length === 0) return;
  pending = word;
  // Whoever knows the second key has pressed it by then; whoever does not reads it, and has time to.
  pendingTimer = setTimeout(() => {
    showNextKeys(next);
    pendingTimer = setTimeout(forgetPending, 5000);
  }, 400);
}

function forgetPending(): void {
  clearTimeout(pendingTimer);
  pending = "";
  document.getElementById("next-keys")?.remove();
}

function showNextKeys(next: Shortcut[]): void {
  const entries = next.flatMap(({ keys, label }) => [
    h("dt", {}, keyCaps(keys.split(" ").slice(1).join(" "))),
    h("dd", {}, label),
  ]);
  document.body.append(
    h("div", { id: "next-keys", class: "next-keys", role: "status" }, h("dl", {}, ...entries)),
  );
}

export function keyCaps(keys: string): HTMLElement {
  const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
  const caps = keys.split(/[ +]/).map((key) => {
    const name = key === "Mod" ? (isMac ? "⌘" : "Ctrl") : key;
    return h("kbd", { class: "kbd" }, name);
  });
  return h("span", { class: "flex gap-1 justify-end" }, ...caps);
}

export function showShortcuts(): void {
  if (document.getElementById("shortcuts")) return;
  const groups = [...new Set(shortcuts.map((shortcut) => shortcut.group))];
  const sections = groups.map((group) =>
    h(
      "section",
      { class: "mb-5 break-inside-avoid" },
      h("h3", { class: "label-caps mb-1" }, group),
      h(
        "dl",
        { class: "shortcut-list" },
        ...shortcuts
          .filter((shortcut) => shortcut.group === group)
          .flatMap((shortcut) => [h("dt", {}, shortcut.label), h("dd", {}, keyCaps(shortcut.keys))]),
      ),
    ),
  );
  const dialog = h(
    "dialog",
    { id: "shortcuts", class: "modal", "aria-labelledby": "shortcuts-title" },
    h(
      "div",
      { class: "modal-box max-w-3xl max-h-[90vh]" },
      h(
        "div",
        { class: "flex items-center justify-between mb-4" },
        h("h2", { id: "shortcuts-title", class: "text-base font-semibold" }, gettext("Keyboard shortcuts")),
        h(
          "button",
          { type: "button", class: "btn btn-sm btn-ghost", onclick: () => dialog.close() },
          gettext("Close"),
        ),
      ),
      h("div", { class: "sm:columns-2 gap-8" }, ...sections),
    ),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

export function startShortcuts(): void {
  document.addEventListener("keydown", runShortcut);
  addShortcut({
    keys: "?",
    label: gettext("Show this list"),
    group: gettext("Everywhere"),
    run: showShortcuts,
  });
}
