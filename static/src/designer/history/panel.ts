/** The History panel: deployed versions and kept drafts with their notes; keep, look at, compare, go back. */

import { h, icon } from "../../lib/dom";
import { gettext, ngettext } from "../../lib/gettext";
import { describe, get, Problem, post } from "../../lib/http";
import { exactTime, relativeTime } from "../../lib/times";
import { toast } from "../../lib/toast";
import type { Bench } from "../bench";
import type { DraftRecord } from "../draft";
import type { PanelView } from "../panels";
import "../../styles/history.css";

interface Moment {
  place: string;
  label: string;
  note: string;
  at: string;
  by: string;
  running: number | null;
}

export function mount(bench: Bench, host: HTMLElement): PanelView {
  const panel = new HistoryPanel(bench, host);
  return { show: () => void panel.load() };
}

class HistoryPanel {
  private readonly list = h("ol", { class: "moments" });
  private readonly words = h("p", { class: "field-error px-3", role: "alert" });
  private readonly note = h("input", {
    class: "input input-sm grow",
    "aria-label": gettext("Note"),
    placeholder: gettext("Note, such as “before the meeting”"),
    maxlength: 1000,
  });

  constructor(
    private readonly bench: Bench,
    host: HTMLElement,
  ) {
    const form = h(
      "form",
      { class: "moment-keep" },
      this.note,
      h("button", { type: "submit", class: "btn btn-sm" }, icon("save"), gettext("Keep the draft")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.keep();
    });
    host.append(form, this.words, this.list);
  }

  async load(): Promise<void> {
    try {
      const { results } = await get<{ results: Moment[] }>(this.bench.props.history_url);
      this.words.textContent = "";
      this.list.replaceChildren(...results.map((moment) => this.item(moment)));
      if (results.length === 0)
        this.list.replaceChildren(
          h(
            "li",
            { class: "empty-state" },
            h("p", { class: "empty-title" }, gettext("No history yet")),
            h("p", {}, gettext("Each deployment is listed here, and each draft that you keep with a note.")),
          ),
        );
    } catch (error) {
      this.words.textContent = describe(error);
    }
  }

  private async keep(): Promise<void> {
    this.words.textContent = "";
    try {
      if (!(await this.bench.draft.save())) throw new Error(gettext("Save the draft first: see above."));
      await post(this.bench.props.history_url, { note: this.note.value });
      this.note.value = "";
    } catch (error) {
      this.words.textContent = describe(error);
    }
    await this.load();
  }

  private item(moment: Moment): HTMLElement {
    const at = new Date(moment.at);
    const { compare_url } = this.bench.props;
    const view = compare_url.replace(/compare\/$/, `states/${moment.place}/`);
    const running = moment.running ? ngettext("%(count)s running", "%(count)s running", moment.running) : "";
    return h(
      "li",
      { "data-place": moment.place },
      h(
        "p",
        {},
        h("span", { class: "moment-label" }, icon(moment.running === null ? "save" : "deploy"), moment.label),
        h(
          "span",
          { class: "row-note", title: exactTime(at) },
          [relativeTime(at, new Date()), moment.by, running].filter(Boolean).join(" · "),
        ),
      ),
      moment.note && h("p", { class: "moment-note" }, moment.note),
      h(
        "p",
        { class: "moment-actions" },
        h("a", { class: "btn btn-sm btn-ghost", href: view, target: "_blank" }, gettext("Look at")),
        h(
          "a",
          {
            class: "btn btn-sm btn-ghost",
            href: `${compare_url}?before=${moment.place}&after=draft`,
            target: "_blank",
          },
          gettext("Compare"),
        ),
        h(
          "button",
          { type: "button", class: "btn btn-sm btn-ghost", onclick: () => void this.restore(moment) },
          gettext("Go back"),
        ),
      ),
    );
  }

  private async restore(moment: Moment): Promise<void> {
    const { draft, props } = this.bench;
    this.words.textContent = "";
    try {
      if (!(await draft.save())) throw new Error(gettext("Save the draft first: see above."));
      const body = { place: moment.place, revision: draft.revision };
      await this.bench.take(await post<DraftRecord>(props.restore_url, body));
      toast(
        gettext("The draft is %(label)s again. What it was before is kept in the history.", {
          label: moment.label,
        }),
        {
          kind: "done",
        },
      );
    } catch (error) {
      this.words.textContent =
        error instanceof Problem && error.status === 409
          ? gettext("Somebody else has saved the draft meanwhile. Nothing was changed: load theirs first.")
          : describe(error);
    }
    await this.load();
  }
}
