/** Work on rows without opening them: claim, and the first and second way to finish, which can be taken back for a while. */
import { gettext } from "../lib/gettext";
import { describe, Problem, post } from "../lib/http";
import { addShortcut } from "../lib/shortcuts";
import { toast } from "../lib/toast";

/** How long the last key press can be taken back. */
const UNDO = 5000;

interface Pending {
  row: HTMLElement;
  send(): void;
  timer: ReturnType<typeof setTimeout>;
}

export function startTriage(list: HTMLElement): void {
  const pending = new Set<Pending>();
  const current = () => document.activeElement?.closest<HTMLElement>("tr[data-task]") ?? null;
  const moveOn = (row: HTMLElement) => {
    const rows = [...list.querySelectorAll<HTMLElement>("tr[data-task]:not(.is-pending)")];
    const next = rows.find((other) => other.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_PRECEDING);
    (next ?? rows[0])?.querySelector<HTMLElement>("[data-row]")?.focus();
  };

  const claim = async (row: HTMLElement) => {
    try {
      await post(`/api/v1/tasks/${row.dataset.task}/claim/`, {});
      toast(gettext("The task is yours."), { kind: "done" });
    } catch (error) {
      toast(describe(error), { kind: "incident" });
    }
  };

  const finish = (row: HTMLElement, at: number) => {
    const outcomes = JSON.parse(row.dataset.outcomes ?? "[]") as [string, string][];
    const outcome = outcomes[at];
    if (!outcome) {
      toast(gettext("This task is completed with its form: Enter opens it."));
      return;
    }
    const [value, label] = outcome;
    const name = row.querySelector("[data-row]")?.textContent ?? "";
    const send = () => {
      pending.delete(one);
      void post(`/api/v1/tasks/${row.dataset.task}/submit/`, { variables: {}, outcome: value }).catch(
        (error) => {
          row.classList.remove("is-pending");
          const isForm = error instanceof Problem && error.code === "form-invalid";
          toast(
            isForm
              ? gettext("“%(name)s” asks for more: open it and fill in its form.", { name })
              : describe(error),
            {
              kind: "incident",
            },
          );
        },
      );
    };
    const one: Pending = { row, send, timer: setTimeout(send, UNDO) };
    pending.add(one);
    row.classList.add("is-pending");
    moveOn(row);
    toast(`${label}: ${name}`, {
      kind: "done",
      action: {
        label: gettext("Undo"),
        run: () => {
          clearTimeout(one.timer);
          pending.delete(one);
          row.classList.remove("is-pending");
          row.querySelector<HTMLElement>("[data-row]")?.focus();
        },
      },
    });
  };

  const group = gettext("Tasks");
  const on = (keys: string, label: string, act: (row: HTMLElement) => void) =>
    addShortcut({
      keys,
      label,
      group,
      run: () => {
        const row = current();
        if (row && !row.classList.contains("is-pending") && !row.classList.contains("is-gone")) act(row);
      },
    });
  on("c", gettext("Claim"), (row) => void claim(row));
  on("a", gettext("First way to finish"), (row) => finish(row, 0));
  on("r", gettext("Second way to finish"), (row) => finish(row, 1));
  // Whoever leaves the page has meant it.
  addEventListener("pagehide", () => {
    for (const one of [...pending]) {
      clearTimeout(one.timer);
      one.send();
    }
  });
}
