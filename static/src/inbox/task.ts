/** The page of one task beside its form: tabs of the case, comments that are kept while they are typed, names after @. */
import { h } from "../lib/dom";
import { get } from "../lib/http";

export function startTaskPage(page: HTMLElement): void {
  startTabs(page);
  for (const field of page.querySelectorAll<HTMLTextAreaElement>("textarea[data-kept]")) keepText(field);
  for (const field of page.querySelectorAll<HTMLTextAreaElement>("textarea[data-mentions]"))
    startMentions(field);
}

/** Tabs as the ARIA practices have them; the address remembers which one. */
function startTabs(page: HTMLElement): void {
  const tabs = [...page.querySelectorAll<HTMLElement>("[data-tabs] [role=tab]")];
  const panelOf = (tab: HTMLElement) => document.getElementById(tab.getAttribute("aria-controls") ?? "");
  const choose = (chosen: HTMLElement) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      const panel = panelOf(tab);
      if (panel) panel.hidden = !isChosen;
    }
  };
  const fromAddress = () => tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash);
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener("click", () => {
      choose(tab);
      history.replaceState(history.state, "", `#${tab.getAttribute("aria-controls")}`);
    });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = tabs[(at + step + tabs.length) % tabs.length];
      next?.focus();
      next?.click();
    });
  }
  const [first] = tabs;
  if (first) choose(fromAddress() ?? first);
  addEventListener("hashchange", () => {
    const wanted = fromAddress();
    if (wanted) choose(wanted);
  });
}

/** What is typed stays in the browser until it is among the comments: sending may fail, or ask to sign in first. */
function keepText(field: HTMLTextAreaElement): void {
  const key = `statewright:${field.dataset.kept}`;
  const kept = localStorage.getItem(key) ?? "";
  const said = [...document.querySelectorAll("#comment-list [data-said]")].map((one) =>
    one.textContent?.trim(),
  );
  if (said.includes(kept.trim())) localStorage.removeItem(key);
  else field.value ||= kept;
  field.addEventListener("input", () => {
    if (field.value) localStorage.setItem(key, field.value);
    else localStorage.removeItem(key);
  });
}

interface Named {
  name: string;
  words: string;
}

/** Names under the field once an @ was typed: a click or Tab takes one. */
function startMentions(field: HTMLTextAreaElement): void {
  const list = h("ul", { class: "mention-list", hidden: true });
  // Outside the label: names that are offered are not the field's name.
  (field.closest("label") ?? field).after(list);
  const begun = () => /(?:^|\s)@([\w.+-]*)$/.exec(field.value.slice(0, field.selectionStart))?.[1];
  const take = (name: string) => {
    const at = field.selectionStart;
    const start = at - (begun()?.length ?? 0);
    field.setRangeText(`${name} `, start, at, "end");
    list.hidden = true;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  field.addEventListener("input", async () => {
    const words = begun();
    if (words === undefined) {
      list.hidden = true;
      return;
    }
    const address = `${field.dataset.mentions}?q=${encodeURIComponent(words)}`;
    const answer = await get<{ results: Named[] }>(address).catch(() => ({ results: [] as Named[] }));
    if (begun() !== words) return;
    list.replaceChildren(
      ...answer.results.map(({ name, words: full }) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", tabindex: -1, onclick: () => take(name) },
            h("strong", {}, name),
            full && ` ${full}`,
          ),
        ),
      ),
    );
    list.hidden = answer.results.length === 0;
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Escape") list.hidden = true;
    else if (event.key === "Tab") list.querySelector<HTMLButtonElement>("button")?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
