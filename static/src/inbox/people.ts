/** Fields for a person's name: names that begin so are offered while one types. */
import { h } from "../lib/dom";
import { get } from "../lib/http";

export function startPeopleFields(): void {
  document.addEventListener("input", async (event) => {
    const field = event.target as HTMLInputElement;
    const address = field.dataset?.people;
    if (!address || !field.list) return;
    const words = field.value;
    const answer = await get<{ results: { name: string; words: string }[] }>(
      `${address}?q=${encodeURIComponent(words)}`,
    ).catch(() => null);
    if (!answer || field.value !== words) return;
    field.list.replaceChildren(...answer.results.map((one) => h("option", { value: one.name }, one.words)));
  });
}
