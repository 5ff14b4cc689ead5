/** The designer page: binds the frame that the template drew to the drawing tool, the draft and the panels. */

import type { Bench, DesignerProps, NamedFile } from "../designer/bench";
import { Checks } from "../designer/checks";
import { Commands } from "../designer/commands";
import { PageContext } from "../designer/context";
import { DeployDialog } from "../designer/deploy";
import { Draft, type DraftRecord, type Drawing } from "../designer/draft";
import { DraftFiles } from "../designer/draft-files";
import { offerKept, showStatus } from "../designer/draft-status";
import { connectEditors } from "../designer/editors/open";
import { type DrawnElement, isA, processOf, textOf } from "../designer/extension/elements";
import { acceptDrops, acceptPastes, exportAs, importFiles, readFiles } from "../designer/files";
import { createModeler, type DrawingTool } from "../designer/modeler";
import { PanelTabs } from "../designer/panels";
import { Presence } from "../designer/presence";
import { ProblemList } from "../designer/problems";
import { Toolbar } from "../designer/toolbar";
import { writesOnce } from "../designer/written-xml";
import { fitToSpace, keepFitted } from "../diagram/viewer";
import { readProps } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { describe, get } from "../lib/http";
import { toast } from "../lib/toast";

const MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL";

interface Canvas {
  scrollToElement(id: string, padding?: number): void;
  viewbox(): { x: number; y: number; width: number; height: number };
  getRootElement(): { id: string };
}

export async function mount(root: HTMLElement): Promise<void> {
  const props = readProps<DesignerProps>(root);
  const part = (name: string): HTMLElement => {
    const found = root.querySelector<HTMLElement>(`[data-part="${name}"]`);
    if (!found) throw new Error(`The designer's frame has no part "${name}".`);
    return found;
  };
  const canvas = part("canvas");
  let presence: Presence | null = null;
  const files = new DraftFiles();
  const page = new PageContext(props, files);
  const tool = createModeler(canvas, part("properties"), page);
  const readXml = writesOnce(tool);
  /** The name of the process is the page's title. */
  const showName = () => {
    const name = nameOfProcess(tool);
    const title = root.querySelector("h1");
    if (name && title) title.textContent = name;
    return name;
  };
  const readDraft = async () => {
    const name = showName();
    return { xml: await readXml(), files: files.list(), ...(name ? { name } : {}) };
  };
  const draft = new Draft(props.draft_url, readDraft, (status) => {
    showStatus(part("draft-status"), status, draft, () => void loadTheirs());
    presence?.paint();
  });
  const bench: Bench = {
    props,
    tool,
    draft,
    page,
    files,
    readXml,
    nameOfDraft: () => nameOfProcess(tool) || props.name,
    readFiles: async () => [{ name: `${props.key}.bpmn`, content: await readXml() }, ...files.list()],
    open: async (xml) => {
      // What was found was found in another diagram.
      checks.forget();
      await tool.importXML(await page.withLayout(xml));
      fitToSpace(tool);
      showName();
      checks.soon();
    },
    take: async (theirs) => {
      await restore(theirs);
      draft.adopt(theirs);
    },
    goTo: (id) => {
      const element = tool.get<{ get(id: string): DrawnElement | undefined }>("elementRegistry").get(id);
      if (!element) return false;
      const view = tool.get<Canvas>("canvas");
      if (id !== view.getRootElement().id && !isInView(element, view.viewbox()))
        view.scrollToElement(id, 120);
      tool.get<{ select(element: unknown): void }>("selection").select(element);
      return true;
    },
    showPanel: (id) => void panels.show(id),
  };
  connectEditors(bench);
  const problems = new ProblemList(bench, part("problems"), part("problems-button"));
  const checks = new Checks(bench, (found) => problems.show(found));

  const loadTheirs = async () => {
    const mine = { xml: await readXml(), files: files.list() };
    const theirs = await get<DraftRecord>(props.draft_url);
    await bench.take(theirs);
    const undo = () => void restore(mine).then(() => draft.change());
    toast(
      gettext("The draft of %(saved_by)s is on the canvas.", {
        saved_by: theirs.saved_by ?? gettext("somebody else"),
      }),
      {
        kind: "done",
        action: { label: gettext("Put mine back"), run: undo },
      },
    );
  };

  const { draft: record, kept } = await draft.load();
  // On a phone the canvas has the window for itself; palette and properties open by their buttons.
  const isNarrow = matchMedia("(max-width: 48rem)").matches;
  if (isNarrow) tool.get<{ close(): void }>("palette").close();
  const restore = async (drawing: Drawing) => {
    files.replace(drawing.files ?? []);
    await bench.open(drawing.xml);
  };
  try {
    await restore(kept && kept.revision === record.revision ? kept : record);
  } catch (error) {
    // Written by a program, or cut off on its way: the page is what it can be mended with.
    await bench.open(blankDiagram(props));
    toast(
      gettext(
        "The draft cannot be read (%(error)s). The canvas is empty, and what is saved stays until you change something. Import a diagram, or go back under History.",
        { error: describe(error).replace(/\s+/g, " ") },
      ),
      { kind: "incident" },
    );
  }
  const take = (taken: NamedFile[]) => void importFiles(bench, taken);
  keepFitted(tool, canvas);
  const panels = new PanelTabs(bench, root, part("tabs"), part("side"));
  if (isNarrow) root.classList.add("hides-properties");
  new Toolbar(root, tool, {
    save: () => void draft.save(),
    deploy: () => {
      void new DeployDialog(bench, checks, () => problems.toggle(true)).open();
    },
    fit: () => fitToSpace(tool),
    problems: () => problems.toggle(),
    properties: () => root.classList.toggle("hides-properties"),
    tidy: () => void commands.tidy(),
    importFiles: (chosen) => void readFiles(chosen).then(take),
    exportAs: (format) => void exportAs(bench, format),
  });
  const commands = new Commands(bench, () => fitToSpace(tool));
  void page.readCatalogue().then(({ templates }) => {
    tool.get<{ setTemplates(templates: object[]): void }>("elementTemplatesLoader").setTemplates(templates);
    tool.get<{ update(): void }>("linting").update();
    root.dataset.catalogue = "read";
  });
  // The search closes when the key comes up again, if it still has the focus then: the page would take that away.
  canvas.addEventListener("keydown", (event) => {
    const isSearch = event.target instanceof Element && event.target.closest(".djs-search-container");
    if (event.key === "Escape" && isSearch) event.preventDefault();
  });
  part("side").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) tool.get<{ focus(): void }>("canvas").focus();
  });
  if (kept)
    offerKept(
      kept.at,
      kept.revision === record.revision,
      draft,
      () => void restore(kept),
      () => void restore(record),
    );

  // Keys work at once; who was quicker and is somewhere else stays there.
  if (document.activeElement === document.body) tool.get<{ focus(): void }>("canvas").focus();

  presence = new Presence(props.key, props.user, part("presence"), draft, () => void loadTheirs());

  const changed = (event?: { trigger?: string }) => {
    // Another diagram was opened: whoever opened it says whether the draft has changed.
    if (event?.trigger === "clear") return;
    void draft.change();
    checks.soon();
  };
  tool.on("commandStack.changed", changed);
  files.onChange(() => changed());
  acceptDrops(root, take);
  acceptPastes(tool, take);
  addEventListener("online", () => draft.status.kind === "offline" && void draft.save());
  addEventListener("pagehide", () => void draft.keepNow());
  addEventListener("beforeunload", (event) => {
    if (["conflict", "refused"].includes(draft.status.kind)) event.preventDefault();
  });
}

/** A process with nothing but its start, under the id that it is drawn for. */
function blankDiagram({ key }: DesignerProps): string {
  const file = document.implementation.createDocument(MODEL, "definitions");
  const add = (parent: Element, name: string, id: string): Element => {
    const part = file.createElementNS(MODEL, name);
    part.setAttribute("id", id);
    parent.append(part);
    return part;
  };
  file.documentElement.setAttribute("targetNamespace", key);
  const process = add(file.documentElement, "process", key);
  process.setAttribute("isExecutable", "true");
  add(process, "startEvent", "start");
  return new XMLSerializer().serializeToString(file);
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Lines have no box of their own: where they begin decides. */
function isInView(element: DrawnElement, view: Box): boolean {
  const start = element.waypoints?.[0];
  const { x, y, width, height } = start ? { ...start, width: 0, height: 0 } : element;
  return x > view.x && y > view.y && x + width < view.x + view.width && y + height < view.y + view.height;
}

/** The name of the process on the canvas, or of the first pool's. */
function nameOfProcess(tool: DrawingTool): string {
  const root = tool.get<{ getRootElement(): DrawnElement }>("canvas").getRootElement();
  const pool = (root.children ?? []).find(({ businessObject }) => isA(businessObject, "bpmn:Participant"));
  const process = processOf(pool ?? root);
  return (textOf(process, "name") || textOf(pool?.businessObject, "name")).trim().slice(0, 255);
}
