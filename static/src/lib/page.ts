/** Small behaviour of every page: go-to keys, lists by keyboard, menus that close, the live badge. */
import { isTyping } from "./dom";
import { gettext } from "./gettext";
import { get } from "./http";
import { type LiveStatus, live } from "./live";
import { paced } from "./paced";
import { addShortcut, showShortcuts } from "./shortcuts";
import { toast } from "./toast";

/** `g` and a letter follow the top bar's links. */
function startGoTo(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-go]"))
    addShortcut({
      keys: `g ${link.dataset.go}`,
      label: gettext("Go to %(name)s", { name: link.dataset.command ?? link.textContent?.trim() ?? "" }),
      group: gettext("Go to"),
      run: () => link.click(),
    });
}

/** `j` and `k` walk the rows of the page's list, Enter opens; `/` goes to its search. */
function startListKeys(): void {
  const links = () => [...document.querySelectorAll<HTMLAnchorElement>("[data-list] a[data-row]")];
  if (!document.querySelector("[data-list]")) return;
  const move = (step: number) => {
    const all = links();
    const active = document.activeElement;
    let at = all.indexOf(
      (active?.closest("tr")?.querySelector("a[data-row]") ?? active) as HTMLAnchorElement,
    );
    if (at < 0) at = all.findIndex((link) => link.getAttribute("aria-current") === "page");
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    all[next]?.focus();
    all[next]?.scrollIntoView({ block: "nearest" });
  };
  addShortcut({ keys: "j", label: gettext("Next row"), group: gettext("Lists"), run: () => move(1) });
  addShortcut({ keys: "k", label: gettext("Previous row"), group: gettext("Lists"), run: () => move(-1) });
  // A row is a link: the browser opens it.
  if (document.querySelector("[data-list]"))
    addShortcut({ keys: "Enter", label: gettext("Open the row"), group: gettext("Lists") });
  const search = document.querySelector<HTMLInputElement>("[data-search]");
  if (search)
    addShortcut({
      keys: "/",
      label: gettext("Search this list"),
      group: gettext("Lists"),
      run: () => search.focus(),
    });
}

/** `data-key="c"` on anything that can be clicked; what is there when the key is pressed counts. */
function startKeys(): void {
  const marked = [...document.querySelectorAll<HTMLElement>("[data-key]")];
  for (const element of marked) {
    const key = element.dataset.key ?? "";
    addShortcut({
      keys: key,
      label: element.dataset.command ?? element.textContent?.trim() ?? "",
      group: gettext("This page"),
      run: () => document.querySelector<HTMLElement>(`[data-key="${key}"]`)?.click(),
    });
  }
}

/** Open `<details data-menu>` close on Escape and on a click elsewhere. */
function startMenus(): void {
  const openMenus = () => document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (isTyping(event.target)) (event.target as HTMLElement).blur();
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}

const LIVE_WORDS: Record<LiveStatus, () => string> = {
  connecting: () => gettext("Connecting"),
  live: () => gettext("Live"),
  offline: () => gettext("Offline, trying again"),
};

/** The number beside Inbox; when it cannot be had the old one stays. */
async function refreshCount(first: HTMLElement, all: Iterable<HTMLElement>): Promise<void> {
  const answer = await get<{ count: number; notices: number }>(first.dataset.inboxCount ?? "").catch(
    () => null,
  );
  if (!answer) return;
  const show = (place: HTMLElement, count: number) => {
    place.textContent = String(count);
    place.hidden = count === 0;
  };
  for (const place of all) show(place, answer.count);
  for (const place of document.querySelectorAll<HTMLElement>("[data-notice-count]")) {
    if (answer.notices > Number(place.textContent || 0) && place.dataset.noticeWords)
      toast(place.dataset.noticeWords, {
        action: { label: gettext("Show"), run: () => location.assign(place.closest("a")?.href ?? "/") },
      });
    show(place, answer.notices);
  }
}

/** A button with `data-opens="id"` opens that dialog; `data-closes` inside closes it, as Escape does. */
function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-opens]");
    if (opener)
      (document.getElementById(opener.dataset.opens ?? "") as HTMLDialogElement | null)?.showModal();
    if (target.closest("[data-closes]")) target.closest("dialog")?.close();
  });
}

/** Tabs that fetch their part: the one that was chosen is the current one. */
function startTabs(): void {
  document.addEventListener("click", (event) => {
    const chosen = (event.target as Element).closest<HTMLElement>("[data-tab]");
    if (!chosen) return;
    for (const tab of chosen.parentElement?.querySelectorAll("[data-tab]") ?? [])
      tab.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "page");
  });
}

const REFRESH_PAUSE = 1000;

/** Pages that follow something say so in the top bar; `data-refresh` areas are fetched again when told. */
function startLive(): void {
  const badge = document.querySelector<HTMLElement>("[data-live-badge]");
  const areas = document.querySelectorAll<HTMLElement>("[data-refresh]");
  const topics = new Set([...areas].map((area) => area.dataset.refresh ?? ""));
  const counts = document.querySelectorAll<HTMLElement>("[data-inbox-count]");
  if (counts.length > 0) topics.add("inbox");
  for (const topic of topics)
    live().subscribe({
      subscribe: topic,
      receive: paced(() => document.body.dispatchEvent(new CustomEvent(`live:${topic}`)), REFRESH_PAUSE),
    });
  const [count] = counts;
  if (count) document.body.addEventListener("live:inbox", () => void refreshCount(count, counts));
  if (badge && (areas.length > 0 || document.querySelector("[data-follows]"))) {
    badge.hidden = false;
    live().watch((status) => {
      badge.dataset.status = status;
      const words = badge.querySelector("[data-live-words]");
      if (words) words.textContent = LIVE_WORDS[status]();
    });
  }
}

export function startPage(): void {
  startGoTo();
  startListKeys();
  startKeys();
  startMenus();
  startDialogs();
  startTabs();
  startLive();
  document.addEventListener("change", (event) => {
    const field = (event.target as Element).closest<HTMLSelectElement>("[data-submits]");
    field?.form?.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-show-shortcuts]")) showShortcuts();
    const copy = target.closest<HTMLElement>("[data-copy]");
    if (copy) void navigator.clipboard?.writeText(copy.dataset.copy ?? "");
  });
}
