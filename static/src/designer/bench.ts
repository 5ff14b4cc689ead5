/** What the parts of the designer share: the drawing tool, the draft with its files, and ways from part to part. */
import type { PageContext } from "./context";
import type { Draft, DraftRecord } from "./draft";
import type { DraftFiles } from "./draft-files";
import type { DrawingTool } from "./modeler";

/** What `designer/views.py` hands to the island. */
export interface DesignerProps {
  key: string;
  name: string;
  draft_url: string;
  check_url: string;
  deploy_url: string;
  simulate_url: string;
  /** The scenarios of the process: listed, kept, `run/`, one by its id. */
  scenarios_url: string;
  machines_url: string;
  history_url: string;
  restore_url: string;
  preview_url: string;
  /** The page that compares two states: `?before=v1&after=draft`. */
  compare_url: string;
  /** What is asked while somebody draws: `catalogue/`, `timer/`, `decision/`, `layout/`. */
  designer_url: string;
  feel_url: string;
  /** Whose comments these are. */
  user: string;
}

/** A file as the API takes it: the diagram, a form or a decision. */
export interface NamedFile {
  name: string;
  content: string;
}

export interface Bench {
  readonly props: DesignerProps;
  readonly tool: DrawingTool;
  readonly draft: Draft;
  /** What the drawing tool's own parts ask of the page; it opens the editors of forms and decisions. */
  readonly page: PageContext;
  /** The forms and decisions that are deployed together with the diagram. */
  readonly files: DraftFiles;
  readXml(): Promise<string>;
  /** What the process is called on the canvas now. */
  nameOfDraft(): string;
  /** The diagram first, then forms and decisions: what a deployment or a try-out is made of. */
  readFiles(): Promise<NamedFile[]>;
  /** Puts another diagram on the canvas; the draft follows when `change` is called on it. */
  open(xml: string): Promise<void>;
  /** Puts what the server has on the canvas, as the draft that it is: theirs after a conflict, an earlier one. */
  take(record: DraftRecord): Promise<void>;
  /** Shows an element in the middle of the canvas and selects it; false where there is none. */
  goTo(element: string): boolean;
  /** Brings a panel to the front by its id. */
  showPanel(id: string): void;
}
