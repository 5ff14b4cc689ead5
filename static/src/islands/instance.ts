/** The live view of one instance: the diagram with its tokens, and the same as text beside it. */

import type NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import htmx from "htmx.org";
import {
  type Attempt,
  type Entry,
  type Incident,
  InstanceHistory,
  type InstanceState,
} from "../diagram/history";
import { writeNow } from "../diagram/now";
import { Painter } from "../diagram/painter";
import type { PastState } from "../diagram/past";
import { TimeTravel, type TravelProps } from "../diagram/time-travel";
import { Travel } from "../diagram/travel";
import { fitToSpace, openViewer } from "../diagram/viewer";
import { h, icon, part, readProps } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { get } from "../lib/http";
import { live } from "../lib/live";
import { addShortcut } from "../lib/shortcuts";

interface InstanceProps extends InstanceState {
  /** Null: a diagram that follows no instance, as on the process page. */
  id: string | null;
  xml: string;
  /** The node that the page is about: "you are here". */
  here?: string;
  /** Where the state, without the XML, can be read again. */
  state_url: string;
  /** The way through its past; only on the page of an instance. */
  travel?: TravelProps;
  /** On the page of a process: where a click on a step leads, with the step's id at the end. */
  step_url?: string;
}

/** What a frame of the socket tells of one instance. */
interface Steps {
  entries: Entry[];
  status?: string;
  incidents?: Incident[];
  attempts?: Attempt[];
  moment?: number;
}

/** The text side shows the latest of these; the Events tab has all. */
const LINES = 20;
/** More moves than these in one unit of work are not shown one by one. */
const MOST_TRAVELLING = 12;

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
    if (timeTravel?.isInPast) return;
    painter.paint(history);
    writeNow(history, painter, props.step_url);
  };
  const timeTravel = startTimeTravel(props, painter, paint);
  // Incidents beside the diagram and the open tab are the server's to render.
  const tell = () => {
    document.body.dispatchEvent(new CustomEvent("live:instance"));
    refreshTab();
  };
  const show = async ({ entries, status, incidents, attempts }: Steps) => {
    const moves = history.apply(entries, status, incidents);
    history.attempts = attempts ?? [];
    writeLog(entries, painter);
    for (const { flow } of timeTravel?.isInPast ? [] : moves.slice(0, MOST_TRAVELLING))
      if (flow) await travel.along(painter.waypointsOf(flow));
    paint();
    tell();
  };

  paint();
  if (props.here) painter.mark(props.here, "is-here", true);
  linkWithLists(viewer, painter);
  addShortcut({
    keys: "f",
    label: gettext("Fit the diagram"),
    group: gettext("Diagram"),
    run: () => fitToSpace(viewer),
  });
  const { id } = props;
  if (props.step_url) followProcess(viewer, props, history, paint);
  if (id === null) return;
  live().subscribe({
    subscribe: "instance",
    id,
    after: props.sequence,
    receive: (event) => {
      if (event.type === "attempts")
        shown = shown.then(() => {
          history.attempts = event.attempts as Attempt[];
          paint();
          tell();
        });
      if (event.type !== "steps") return;
      const steps = event as unknown as Steps;
      if (steps.moment !== undefined) timeTravel?.extend(steps.moment);
      shown = shown.then(() => show(steps));
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

const WORDS = {
  entered: gettext("reached"),
  left: gettext("left"),
  cancelled: gettext("was cancelled"),
} as const;
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

function startTimeTravel(
  props: InstanceProps,
  painter: Painter,
  paintNow: () => void,
): TimeTravel | undefined {
  const root = part("time-travel");
  if (!root || !props.travel) return undefined;
  return new TimeTravel(root, props.travel, {
    nameOf: (node) => painter.nameOf(node),
    show: (state) => {
      const past = new InstanceHistory(state);
      painter.paint(past);
      writeNow(past, painter);
      writePast(state, painter);
      setTense("then");
    },
    leave: () => {
      paintNow();
      part("past")?.setAttribute("hidden", "");
      setTense("now");
    },
  });
}

/** All instances of a process at once: the counts are read again when something moved, a step leads to its instances. */
function followProcess(
  viewer: NavigatedViewer,
  props: InstanceProps,
  history: InstanceHistory,
  paint: () => void,
): void {
  const { step_url, state_url } = props;
  viewer.on("element.click", ({ element }: { element: { id: string; type: string } }) => {
    const id = element.id.replace(/_label$/, "");
    const isStep = /Task|Event|Gateway|SubProcess|Activity/.test(element.type);
    if (isStep) location.assign(`${step_url}${encodeURIComponent(id)}`);
  });
  let isDue = false;
  const read = async () => {
    isDue = false;
    const state = await get<InstanceState & { running: number }>(state_url).catch(() => null);
    if (!state) return;
    history.replace(state);
    paint();
    const running = part("running");
    if (running) running.textContent = String(state.running);
  };
  // At most three times in a second, however much moves.
  const soon = () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => void read(), 300);
  };
  document.body.addEventListener("live:processes", soon);
  live().subscribe({ subscribe: "processes", receive: soon });
}

/** Waits are those of the present: in the past only the places are shown. */
function setTense(tense: "now" | "then"): void {
  const title = document.getElementById("now");
  if (title) title.textContent = title.dataset[tense] ?? "";
  document.getElementById("instance-waits")?.toggleAttribute("hidden", tense === "then");
}

let refreshTimer: ReturnType<typeof setTimeout> | undefined;

/** The open tab is fetched again, but never under somebody who types in it or has unfolded something. */
function refreshTab(): void {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => {
    const place = document.getElementById("instance-tab");
    const url = document.querySelector("[data-tab][aria-current]")?.getAttribute("hx-get");
    if (!place || !url || place.matches(":focus-within") || place.querySelector("details[open]")) return;
    void htmx.ajax("get", url, { target: place, swap: "innerHTML" });
  }, 300);
}

/** Pointing at a line or bar shows its step in the diagram, and the other way round. */
function linkWithLists(viewer: NavigatedViewer, painter: Painter): void {
  let pointed = "";
  document.addEventListener("pointerover", (event) => {
    const node = (event.target as Element).closest<HTMLElement>("[data-node]")?.dataset.node ?? "";
    if (node === pointed) return;
    if (pointed) painter.mark(pointed, "is-pointed", false);
    pointed = painter.has(node) ? node : "";
    if (pointed) painter.mark(pointed, "is-pointed", true);
  });
  viewer.on("element.hover", ({ element }: { element: { id: string } }) => {
    for (const place of document.querySelectorAll<HTMLElement>("[data-node]"))
      place.classList.toggle("is-pointed", place.dataset.node === element.id);
  });
}

const asText = (value: unknown): string =>
  value === undefined ? gettext("not there") : typeof value === "string" ? value : JSON.stringify(value);

/** The variables as they were, those first that this moment changed. */
function writePast(state: PastState, painter: Painter): void {
  const panel = part("past");
  if (!panel) return;
  const changed = new Set(state.changes.map(({ name }) => name));
  const rows = state.variables
    .toSorted((one, other) => Number(changed.has(other.name)) - Number(changed.has(one.name)))
    .map(({ scope, name, value }) => {
      const change = changed.has(name) ? state.changes.find((one) => one.name === name) : undefined;
      return h(
        "tr",
        { class: change ? "is-changed" : "" },
        h(
          "td",
          { class: "text-subtle" },
          name,
          scope && h("span", { class: "row-note block" }, painter.nameOf(scope)),
        ),
        h(
          "td",
          { class: "short-id wrap-anywhere wraps" },
          change && h("del", { class: "block" }, asText(change.before)),
          change ? h("ins", { class: "block" }, asText(value)) : asText(value),
        ),
      );
    });
  panel.removeAttribute("hidden");
  panel
    .querySelector("[data-part=past-variables]")
    ?.replaceChildren(
      rows.length > 0
        ? h("table", { class: "rows variables" }, h("tbody", {}, ...rows))
        : h("p", { class: "text-subtle" }, gettext("No variables yet.")),
    );
}
