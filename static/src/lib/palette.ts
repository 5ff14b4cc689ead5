/** The command palette (Ctrl+K): every page of the top bar, every action of the page, by typing a part of its name. */
import { h, icon } from "./dom";
import { gettext } from "./gettext";
import { get } from "./http";
import { addShortcut, listShortcuts } from "./shortcuts";

export interface Command {
  label: string;
  hint?: string;
  icon?: string;
  run(): void;
}

const commands: Command[] = [];
const ASK_AFTER = 120;

export function addCommand(command: Command): () => void {
  commands.push(command);
  return () => commands.splice(commands.indexOf(command), 1);
}

/** Letters of the words in order; earlier and closer together is better. Null: no match. */
export function score(label: string, words: string): number | null {
  const text = label.toLowerCase();
  let total = 0;
  for (const word of words.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = text.indexOf(word);
    if (at < 0) return null;
    total += at === 0 || text[at - 1] === " " ? at : at + 50;
  }
  return total;
}

/** Links with `data-command` are commands too, so the server decides what a person may reach. */
function pageCommands(): Command[] {
  return [...document.querySelectorAll<HTMLElement>("[data-command]")].map((element) => ({
    label: element.dataset.command ?? "",
    icon: element.dataset.commandIcon ?? "arrow-right",
    hint: element.dataset.commandHint ?? "",
    run: () => element.click(),
  }));
}

function shortcutCommands(): Command[] {
  return listShortcuts()
    .filter((shortcut) => shortcut.run && shortcut.group !== gettext("Lists") && shortcut.keys !== "Mod+k")
    .map((shortcut) => ({
      label: shortcut.label,
      hint: shortcut.keys.replace("Mod", "Ctrl"),
      icon: "keyboard",
      run: () => shortcut.run?.(new KeyboardEvent("keydown")),
    }));
}

/** What the server finds beside the page's own commands: the address is `data-find` of the root element. */
async function findThere(words: string): Promise<Command[]> {
  const address = document.documentElement.dataset.find;
  if (!address || words.trim().length < 2) return [];
  const answer = await get<{ results: { label: string; hint: string; icon: string; url: string }[] }>(
    `${address}?q=${encodeURIComponent(words)}`,
  ).catch(() => ({ results: [] }));
  return answer.results.map(({ url, ...shown }) => ({ ...shown, run: () => location.assign(url) }));
}

function find(words: string): Command[] {
  const seen = new Set<string>();
  return [...commands, ...pageCommands(), ...shortcutCommands()]
    .map((command) => ({ command, rank: score(command.label, words) }))
    .filter((hit) => hit.rank !== null && !seen.has(hit.command.label) && seen.add(hit.command.label))
    .sort((a, b) => (words ? (a.rank ?? 0) - (b.rank ?? 0) : 0))
    .slice(0, 12)
    .map((hit) => hit.command);
}

export function openPalette(): void {
  if (document.getElementById("palette")) return;
  let hits: Command[] = [];
  let chosen = 0;
  const list = h("ul", {
    id: "palette-list",
    class: "palette-list",
    role: "listbox",
    "aria-label": gettext("Commands"),
  });
  const input = h("input", {
    class: "palette-input",
    type: "text",
    role: "combobox",
    "aria-label": gettext("Go to or do"),
    "aria-expanded": "true",
    "aria-controls": "palette-list",
    placeholder: gettext("A page, a task, a process, an instance, or something to do…"),
    autocomplete: "off",
    spellcheck: "false",
  });
  const dialog = h(
    "dialog",
    { id: "palette", class: "modal modal-top", "aria-label": gettext("Command palette") },
    h(
      "div",
      { class: "modal-box palette" },
      h("div", { class: "palette-field" }, icon("search"), input),
      list,
    ),
  );
  const paint = () => {
    list.replaceChildren(
      ...hits.map((command, index) =>
        h(
          "li",
          {
            id: `palette-${index}`,
            role: "option",
            "aria-selected": String(index === chosen),
            onclick: () => run(index),
          },
          icon(command.icon ?? "arrow-right"),
          h("span", { class: "grow truncate" }, command.label),
          command.hint && h("span", { class: "palette-hint" }, command.hint),
        ),
      ),
    );
    if (hits.length === 0)
      list.append(
        h(
          "li",
          { role: "option", "aria-disabled": "true", "aria-selected": "false" },
          gettext("Nothing has this name."),
        ),
      );
    input.setAttribute("aria-activedescendant", hits.length > 0 ? `palette-${chosen}` : "");
    document.getElementById(`palette-${chosen}`)?.scrollIntoView({ block: "nearest" });
  };
  const run = (index: number) => {
    const command = hits[index];
    if (!command) return;
    dialog.close();
    command.run();
  };
  let asking: ReturnType<typeof setTimeout> | undefined;
  const search = () => {
    const words = input.value;
    hits = find(words);
    chosen = 0;
    paint();
    clearTimeout(asking);
    asking = setTimeout(async () => {
      const more = await findThere(words);
      if (more.length === 0 || input.value !== words) return;
      const known = new Set(hits.map((hit) => hit.label));
      hits = [...hits, ...more.filter((hit) => !known.has(hit.label))];
      paint();
    }, ASK_AFTER);
  };
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length > 0) chosen = (chosen + step + hits.length) % hits.length;
    else if (event.key === "Enter") return run(chosen);
    else return;
    event.preventDefault();
    paint();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  search();
}

export function startPalette(): void {
  addShortcut({
    keys: "Mod+k",
    label: gettext("Command palette"),
    group: gettext("Everywhere"),
    run: openPalette,
    whileTyping: true,
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-open-palette]")) openPalette();
  });
}
