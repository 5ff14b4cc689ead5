/** Binds the toolbar's buttons (`data-do`) and its keys to the drawing tool. */
import { gettext } from "../lib/gettext";
import { addShortcut } from "../lib/shortcuts";
import type { ExportFormat } from "./files";
import type { DrawingTool } from "./modeler";

export interface Actions {
  save(): void;
  deploy(): void;
  fit(): void;
  tidy(): void;
  problems(): void;
  properties(): void;
  importFiles(files: FileList): void;
  exportAs(format: ExportFormat): void;
}

interface EditorActions {
  trigger(action: string, options?: object): unknown;
}

interface CommandStack {
  canUndo(): boolean;
  canRedo(): boolean;
}

const GROUP = gettext("Designer");

export class Toolbar {
  private isSimulating = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly tool: DrawingTool,
    private readonly actions: Actions,
  ) {
    const trigger = (action: string, options?: object) =>
      tool.get<EditorActions>("editorActions").trigger(action, options);
    this.bind("save", () => actions.save());
    this.bind("deploy", () => actions.deploy());
    this.bind("undo", () => trigger("undo"));
    this.bind("redo", () => trigger("redo"));
    this.bind("zoom-in", () => trigger("stepZoom", { value: 1 }));
    this.bind("zoom-out", () => trigger("stepZoom", { value: -1 }));
    this.bind("fit", () => actions.fit());
    this.bind("tidy", () => actions.tidy());
    this.bind("map", () => tool.get<{ toggle(): void }>("minimap").toggle());
    this.bind("simulate", () => this.simulate());
    this.bind("properties", () => actions.properties());
    this.bind("import", () => this.field()?.click());
    for (const format of ["bpmn", "svg", "png"] as const)
      this.bind(`export-${format}`, () => actions.exportAs(format));
    this.field()?.addEventListener("change", () => {
      const field = this.field();
      if (field?.files?.length) actions.importFiles(field.files);
      if (field) field.value = "";
    });
    tool.on("commandStack.changed", () => this.paint());
    this.paint();
    this.addKeys();
  }

  private addKeys(): void {
    const { actions } = this;
    const add = (keys: string, label: string, run: () => void) =>
      addShortcut({ keys, label, group: GROUP, run, whileTyping: true });
    add("Mod+s", gettext("Save the draft"), () => actions.save());
    add("Mod+Shift+d", gettext("Deploy"), () => actions.deploy());
    add("Mod+Shift+p", gettext("Problem list"), () => actions.problems());
    add("Mod+Shift+o", gettext("Import files"), () => this.field()?.click());
    add("Mod+Shift+e", gettext("Export as BPMN"), () => actions.exportAs("bpmn"));
  }

  private simulate(): void {
    this.isSimulating = !this.isSimulating;
    this.tool.get<{ toggleMode(active: boolean): void }>("toggleMode").toggleMode(this.isSimulating);
    for (const button of this.buttons("simulate"))
      button.setAttribute("aria-pressed", String(this.isSimulating));
  }

  private paint(): void {
    const stack = this.tool.get<CommandStack>("commandStack");
    for (const button of this.buttons("undo")) button.disabled = !stack.canUndo();
    for (const button of this.buttons("redo")) button.disabled = !stack.canRedo();
  }

  private bind(name: string, run: () => void): void {
    for (const button of this.buttons(name)) {
      button.addEventListener("click", run);
      button.disabled = false;
    }
  }

  private buttons(name: string): NodeListOf<HTMLButtonElement> {
    return this.root.querySelectorAll(`button[data-do="${name}"]`);
  }

  private field(): HTMLInputElement | null {
    return this.root.querySelector('input[data-part="import-field"]');
  }
}
