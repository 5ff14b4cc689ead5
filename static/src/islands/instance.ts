/** The live view of one instance: the diagram with its tokens, and the same as text beside it. */
import { type Entry, type Incident, InstanceHistory, type InstanceState } from "../diagram/history";
import { Painter } from "../diagram/painter";
import { Travel } from "../diagram/travel";
import { fitToSpace, openViewer } from "../diagram/viewer";
import { h, icon, readProps } from "../lib/dom";
import { get } from "../lib/http";
import { live } from "../lib/live";
import { addShortcut } from "../lib/shortcuts";
import { stateMark } from "../lib/state";

interface InstanceProps extends InstanceState {
  /** Null: a diagram that follows no instance, as on the process page. */
  id: string | null;
  xml: string;
  /** The node that the page is about: "you are here". */
  here?: string;
  /** Where the state, without the XML, can be read again. */
  state_url: string;
}

/** The text side shows the latest of these; the Events tab has all. */
const LINES = 50;

export async function mount(root: HTMLElement): Promise<void> {
  const props = readProps<InstanceProps>(root);
  const canvas = h("div", { class: "diagram-space" });
  root.append(canvas);
  const viewer = await openViewer(canvas, props.xml);
  const painter = new Painter(viewer);
  const travel = new Travel(viewer);
  const history = new InstanceHistory(props);
  // Units of work are shown one after another, whatever the speed at which they arrive.
  let shown: Promise<void> = Promise.resolve();

  const paint = () => {
    painter.paint(history);
    writeNow(history, painter);
  };
  const show = async (entries: Entry[], status?: string, incidents?: Incident[]) => {
    const moves = history.apply(entries, status, incidents);
    writeLog(entries, painter);
    for (const { flow } of moves.slice(0, 12)) if (flow) await travel.along(painter.waypointsOf(flow));
    paint();
    // Variables and incidents beside the diagram are the server's to render.
    document.body.dispatchEvent(new CustomEvent("live:instance"));
  };

  paint();
  if (props.here) painter.mark(props.here, "is-here", true);
  addShortcut({ keys: "f", label: "Fit the diagram", group: "Diagram", run: () => fitToSpace(viewer) });
  const { id } = props;
  if (id === null) return;
  live().subscribe({
    subscribe: "instance",
    id,
    after: props.sequence,
    receive: (event) => {
      if (event.type !== "steps") return;
      const { entries, status, incidents } = event as unknown as {
        entries: Entry[];
        status?: string;
        incidents?: Incident[];
      };
      shown = shown.then(() => show(entries, status, incidents));
    },
    resync: async () => {
      const state = await get<InstanceState>(props.state_url);
      shown = shown.then(() => {
        history.replace(state);
        paint();
      });
      return state.sequence;
    },
  });
}

const part = (name: string): HTMLElement | null => document.querySelector(`[data-part="${name}"]`);

function writeNow(history: InstanceHistory, painter: Painter): void {
  part("status")?.replaceChildren(stateMark(history.status));
  const list = part("now");
  if (!list) return;
  const failed = new Map(history.incidents.map((incident) => [incident.node, incident.message]));
  const rows = [...history.occupied()].map(([node, count]) =>
    h(
      "li",
      { class: "now-line" },
      stateMark(failed.has(node) ? "incident" : "waiting", painter.nameOf(node)),
      count > 1 && h("span", { class: "count" }, String(count)),
      failed.has(node) && h("p", { class: "row-note basis-full" }, failed.get(node) ?? ""),
    ),
  );
  if (rows.length === 0)
    rows.push(h("li", { class: "text-subtle" }, "No step waits: this instance has ended."));
  list.replaceChildren(...rows);
}

const WORDS = { entered: "reached", left: "left", cancelled: "was cancelled" } as const;
const ICONS = { entered: "arrow-right", left: "done", cancelled: "cancelled" } as const;

function writeLog(entries: Entry[], painter: Painter): void {
  const log = part("log");
  if (!log) return;
  log.querySelector("[data-empty]")?.remove();
  for (const [kind, node] of entries)
    log.prepend(
      h(
        "li",
        { class: "log-line" },
        icon(ICONS[kind]),
        h("span", {}, h("strong", {}, painter.nameOf(node)), ` ${WORDS[kind]}`),
      ),
    );
  while (log.childElementCount > LINES) log.lastElementChild?.remove();
}
