/**
 * The list of tasks: kept true without a jump. Rows change in place; while somebody is in the list, new rows wait behind
 * a line that says how many there are, and rows that went away stay and say why.
 */
import { h } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { get } from "../lib/http";
import { addShortcut } from "../lib/shortcuts";
import { paintTimes } from "../lib/times";
import { startSelection } from "./selection";
import { startTriage } from "./triage";

/** Several commits in a row are one look. */
const GATHER = 150;
const LEAVE = 400;

export function startTaskList(list: HTMLElement): void {
  new TaskList(list).start();
  startSelection(list);
  startTriage(list);
}

const rowsOf = (root: ParentNode): Map<string, HTMLElement> =>
  new Map(
    [...root.querySelectorAll<HTMLElement>("tr[data-task]")].map((row) => [row.dataset.task ?? "", row]),
  );

class TaskList {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waiting: HTMLElement | null = null;
  private readonly news: HTMLElement | null = document.getElementById("task-news");

  constructor(private readonly list: HTMLElement) {}

  start(): void {
    document.body.addEventListener("live:inbox", () => this.lookSoon(GATHER));
    for (const leaving of ["pointerleave", "focusout"])
      this.list.addEventListener(leaving, () => this.waiting && this.lookSoon(LEAVE));
    addShortcut({
      keys: ".",
      label: gettext("Show what is new"),
      group: gettext("Lists"),
      run: () => this.show(),
    });
  }

  /** Somebody points at the list, is in it by keyboard, or has selected some of it. */
  private get isBusy(): boolean {
    return (
      this.list.matches(":hover") ||
      this.list.contains(document.activeElement) ||
      this.list.querySelector("[data-select]:checked") !== null
    );
  }

  private lookSoon(pause: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), pause);
  }

  private async look(): Promise<void> {
    const answer = await fetch(location.href, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(this.list.id);
    if (!fresh) return;
    const views = document.getElementById("task-views");
    if (views && !views.contains(document.activeElement))
      views.replaceChildren(...(page.getElementById("task-views")?.childNodes ?? []));
    const old = rowsOf(this.list);
    const now = rowsOf(fresh);
    const added = [...now.keys()].filter((id) => !old.has(id));
    const gone = [...old.keys()].filter((id) => !now.has(id));
    if ((added.length === 0 && gone.length === 0) || this.isBusy) {
      for (const [id, row] of now) this.change(old.get(id), row);
      this.waiting = added.length > 0 || gone.length > 0 ? fresh : null;
      this.announce(added.length);
      await this.mark(gone.map((id) => old.get(id)));
    } else {
      this.waiting = fresh;
      this.show();
    }
  }

  /** The cells that differ, so that focus, selection and place stay. */
  private change(row: HTMLElement | undefined, fresh: HTMLElement): void {
    if (!row) return;
    row.classList.remove("is-gone");
    const cells = [...fresh.children];
    [...row.children].forEach((cell, at) => {
      const other = cells[at];
      if (other && !cell.querySelector("[data-select], [data-row]") && cell.innerHTML !== other.innerHTML)
        cell.replaceChildren(...other.childNodes);
    });
    paintTimes(row);
  }

  private async mark(rows: (HTMLElement | undefined)[]): Promise<void> {
    const left = rows.filter((row) => row !== undefined);
    if (left.length === 0) return;
    const address = `${this.list.dataset.tasks}?tasks=${left.map((row) => row.dataset.task).join(",")}`;
    const answer = await get<{ tasks: Record<string, string> }>(address).catch(() => ({ tasks: {} }));
    for (const row of left) {
      const words = (answer.tasks as Record<string, string>)[row.dataset.task ?? ""];
      row.classList.add("is-gone");
      for (const box of row.querySelectorAll<HTMLInputElement>("[data-select]:checked")) box.click();
      row.querySelector("[data-cell=for]")?.replaceChildren(words || gettext("no longer in this list"));
    }
  }

  private announce(count: number): void {
    if (!this.news) return;
    const { one = "", many = "", show = "" } = this.news.dataset;
    this.news.replaceChildren(
      ...(count === 0
        ? []
        : [
            h("span", {}, count === 1 ? one : many.replace("%s", String(count))),
            h("button", { type: "button", class: "btn btn-sm", onclick: () => this.show() }, show),
          ]),
    );
  }

  private show(): void {
    const fresh = this.waiting;
    if (!fresh) return;
    const focused = (document.activeElement as HTMLElement | null)?.id;
    this.list.replaceChildren(...fresh.childNodes);
    this.waiting = null;
    this.announce(0);
    paintTimes(this.list);
    if (focused?.startsWith("task-")) document.getElementById(focused)?.focus({ preventScroll: true });
    this.list.dispatchEvent(new CustomEvent("list:shown"));
  }
}
