/** The designer page: binds the frame that the template drew to the drawing tool, the draft and the deployment. */
import { Checks } from "../designer/checks";
import { Draft, type DraftStatus } from "../designer/draft";
import { acceptDrops, type ExportFormat, exportAs } from "../designer/files";
import { createModeler } from "../designer/modeler";
import { ProblemList } from "../designer/problems";
import { Toolbar } from "../designer/toolbar";
import { fitToSpace, keepFitted, withLayout } from "../diagram/viewer";
import { h, icon, readProps } from "../lib/dom";
import { describe, Problem, post } from "../lib/http";
import { exactTime, relativeTime } from "../lib/times";
import { toast } from "../lib/toast";

interface DesignerProps {
  key: string;
  name: string;
  draft_url: string;
  check_url: string;
  deploy_url: string;
}

interface Deployed {
  processes: { key: string; name: string; version: number; url: string }[];
}

export async function mount(root: HTMLElement): Promise<void> {
  const props = readProps<DesignerProps>(root);
  const part = (name: string): HTMLElement => {
    const found = root.querySelector<HTMLElement>(`[data-part="${name}"]`);
    if (!found) throw new Error(`The designer's frame has no part "${name}".`);
    return found;
  };
  const canvas = part("canvas");
  const tool = createModeler(canvas, part("properties"));
  const readXml = async () => (await tool.saveXML({ format: true })).xml ?? "";
  const draft = new Draft(props.draft_url, readXml, (status) =>
    showStatus(part("draft-status"), status, draft),
  );
  const problems = new ProblemList(tool, part("problems"), part("problems-button"));
  const checks = new Checks(tool, props.check_url, (found) => problems.show(found));

  const open = async (xml: string) => {
    await tool.importXML(await withLayout(xml));
    fitToSpace(tool);
    checks.soon(readXml);
  };
  const importFile = async (file: File) => {
    const before = await readXml();
    try {
      await open(await file.text());
      void draft.change();
      toast(`${file.name} is on the canvas.`, {
        kind: "done",
        action: { label: "Undo", run: () => void open(before) },
      });
    } catch (error) {
      await open(before);
      toast(`${file.name} could not be read: ${describe(error)} Your diagram is unchanged.`, {
        kind: "incident",
      });
    }
  };
  const deploy = async () => {
    toolbar.setBusy("deploy", true);
    try {
      await draft.save();
      const files = [{ name: `${props.key}.bpmn`, content: await readXml() }];
      const { processes } = await post<Deployed>(props.deploy_url, { files });
      checks.show([]);
      const [first] = processes;
      if (first)
        toast(`${first.name} is deployed as version ${first.version}.`, {
          kind: "done",
          action: { label: "Open the process", run: () => location.assign(first.url) },
        });
    } catch (error) {
      if (error instanceof Problem && error.findings.length > 0) {
        checks.show(error.findings);
        problems.toggle(true);
      }
      toast(`Not deployed: ${describe(error)} Your draft is kept.`, { kind: "incident" });
    } finally {
      toolbar.setBusy("deploy", false);
    }
  };

  const { draft: record, kept } = await draft.load();
  // On a phone the canvas has the window for itself; palette and properties open by their buttons.
  if (matchMedia("(max-width: 48rem)").matches) {
    root.classList.add("hides-properties");
    tool.get<{ close(): void }>("palette").close();
  }
  await open(kept && kept.revision === record.revision ? kept.xml : record.xml);
  keepFitted(tool, canvas);
  const toolbar = new Toolbar(root, tool, {
    save: () => void draft.save(),
    deploy: () => void deploy(),
    fit: () => fitToSpace(tool),
    problems: () => problems.toggle(),
    properties: () => root.classList.toggle("hides-properties"),
    importFile: (file) => void importFile(file),
    exportAs: (format: ExportFormat) => void exportAs(tool, format, props.key),
  });
  if (kept)
    offerKept(
      kept.at,
      kept.revision === record.revision,
      draft,
      () => void open(kept.xml),
      () => void open(record.xml),
    );

  tool.on("commandStack.changed", () => {
    void draft.change();
    checks.soon(readXml);
  });
  acceptDrops(canvas, (file) => void importFile(file));
  addEventListener("online", () => draft.status.kind === "offline" && void draft.save());
  addEventListener("beforeunload", (event) => {
    if (["conflict", "refused"].includes(draft.status.kind)) event.preventDefault();
  });
}

function offerKept(
  at: string,
  isShown: boolean,
  draft: Draft,
  takeKept: () => void,
  takeSaved: () => void,
): void {
  const when = relativeTime(new Date(at), new Date());
  if (isShown) {
    void draft.change();
    const action = {
      label: "Go back to the saved one",
      run: () => {
        takeSaved();
        void draft.change();
      },
    };
    toast(`Your changes of ${when} had not reached the server; they are here again.`, { action });
  } else {
    const action = {
      label: "Show mine",
      run: () => {
        takeKept();
        void draft.change();
      },
    };
    toast(
      `This browser keeps changes of ${when} that never reached the server, and the draft was changed since.`,
      {
        kind: "incident",
        action,
      },
    );
  }
}

function showStatus(place: HTMLElement, status: DraftStatus, draft: Draft): void {
  const say = (look: string, symbol: string, words: string, title = "", ...more: Node[]) =>
    place.replaceChildren(
      h("span", { class: `state state-${look}`, title }, icon(symbol), h("span", {}, words)),
      ...more,
    );
  const button = (label: string, run: () => void) =>
    h("button", { type: "button", class: "btn btn-sm", onclick: run }, label);
  if (status.kind === "saved")
    say("none", "done", "Saved", status.at ? `Saved ${exactTime(new Date(status.at))}` : "");
  else if (status.kind === "changed") say("none", "edit", "Changed");
  else if (status.kind === "saving") say("none", "save", "Saving…");
  else if (status.kind === "offline")
    say(
      "waiting",
      "warning",
      "No connection. Your work is kept in this browser and is sent when the server is back.",
    );
  else if (status.kind === "refused") say("incident", "incident", status.message);
  else
    say(
      "incident",
      "incident",
      `${status.by ?? "Somebody else"} saved this draft meanwhile. Yours is kept in this browser.`,
      "",
      button("Look at theirs", () => window.open(location.href, "_blank", "noopener")),
      button("Save mine over it", () => void draft.overwrite()),
    );
}
