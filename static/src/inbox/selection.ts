/** Several tasks at once: boxes, the `x` key, and the bar that says what can be done with them. */

import { h } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { addShortcut } from "../lib/shortcuts";
import { toast } from "../lib/toast";

export function startSelection(list: HTMLElement): void {
  const bar = document.querySelector<HTMLFormElement>("#bulk-bar");
  const words = bar?.querySelector<HTMLElement>("[data-bulk-words]");
  if (!bar || !words) return;
  const boxes = () => [...list.querySelectorAll<HTMLInputElement>("[data-select]:checked")];
  const paint = () => {
    const chosen = boxes();
    bar.hidden = chosen.length === 0;
    words.textContent =
      chosen.length === 1
        ? (words.dataset.one ?? "")
        : (words.dataset.many ?? "").replace("%s", String(chosen.length));
    for (const old of bar.querySelectorAll("input[name=task]")) old.remove();
    for (const box of chosen) bar.append(h("input", { type: "hidden", name: "task", value: box.value }));
  };
  const clear = () => {
    for (const box of boxes()) box.checked = false;
    paint();
  };

  list.addEventListener("change", (event) => (event.target as Element).matches("[data-select]") && paint());
  list.addEventListener("list:shown", paint);
  bar.querySelector("[data-bulk-clear]")?.addEventListener("click", clear);
  const complete = bar.querySelector<HTMLButtonElement>("[data-bulk-complete]");
  complete?.addEventListener("click", () => {
    const chosen = boxes();
    if (new Set(chosen.map((box) => box.dataset.like)).size > 1) {
      toast(complete.dataset.unlike ?? "", { kind: "info" });
      return;
    }
    const query = new URLSearchParams(bar.dataset.address ?? "");
    for (const box of chosen) query.append("task", box.value);
    location.assign(`${bar.dataset.bulk}?${query}`);
  });
  addShortcut({
    keys: "x",
    label: gettext("Select the row"),
    group: gettext("Lists"),
    run: () =>
      document.activeElement?.closest("tr")?.querySelector<HTMLInputElement>("[data-select]")?.click(),
  });
  // A page that the browser brings back has its boxes ticked again.
  paint();
}
