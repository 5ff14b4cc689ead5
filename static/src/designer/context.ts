/** What the drawing tool's own parts (properties, canvas) may ask of the page, as the service `page`. */
import { hasDrawing, isWellFormed, withEnds, withLayout } from "../diagram/viewer";
import { gettext } from "../lib/gettext";
import { get, post } from "../lib/http";
import type { Known } from "../lint/rules";
import type { DesignerProps, NamedFile } from "./bench";
import type { DraftFiles } from "./draft-files";

export interface HandlerInput {
  name: string;
  type: string;
  is_required: boolean;
  default: unknown;
}

export interface KnownHandler {
  type: string;
  description: string;
  retry: string;
  timeout: number;
  inputs: HandlerInput[];
}

/** What `GET /api/v1/designer/catalogue/` answers: the names that a diagram may use. */
export interface Catalogue {
  groups: string[];
  handlers: KnownHandler[];
  processes: { key: string; name: string }[];
  decisions: { key: string; name: string }[];
  forms: string[];
  /** Connectors as element templates. */
  templates: { id: string; name: string }[];
}

const NOTHING: Catalogue = {
  groups: [],
  handlers: [],
  processes: [],
  decisions: [],
  forms: [],
  templates: [],
};

/** Where the schema of a form stands. */
export type FormPlace = { kind: "embedded"; id: string } | { kind: "file"; name: string };

export class PageContext {
  private catalogue: Promise<Catalogue> | null = null;
  /** What the lint rules ask; filled when the catalogue is there. */
  readonly known: Known = { groups: [] };
  /** Set by the page when the editors can be opened. */
  openForm: (place: FormPlace, element: string) => void = () => undefined;
  openDecision: (name: string, decision: string) => void = () => undefined;

  constructor(
    readonly props: DesignerProps,
    readonly files: DraftFiles,
  ) {}

  /** Fetched once; without a connection there is nothing to choose from, and the next asker tries again. */
  readCatalogue(): Promise<Catalogue> {
    this.catalogue ??= get<Catalogue>(`${this.props.designer_url}catalogue/`)
      .then((found) => {
        this.known.groups = found.groups;
        return found;
      })
      .catch(() => {
        this.catalogue = null;
        return NOTHING;
      });
    return this.catalogue;
  }

  ask<T>(path: string, body: unknown): Promise<T> {
    return post<T>(`${this.props.designer_url}${path}/`, body);
  }

  /** The diagram as it is if it has a drawing, else laid out: by the server, without a connection by the browser. */
  async withLayout(file: string): Promise<string> {
    if (!isWellFormed(file)) throw new Error(gettext("it is no well-formed XML"));
    const xml = withEnds(file);
    if (hasDrawing(xml)) return xml;
    try {
      return (await this.ask<{ xml: string }>("layout", { xml })).xml;
    } catch {
      return withLayout(xml);
    }
  }

  listFiles(ending: string): NamedFile[] {
    return this.files.list().filter(({ name }) => name.endsWith(ending));
  }
}

export const pageModule = (page: PageContext) => ({ page: ["value", page] });
