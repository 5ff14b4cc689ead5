/** Everything that can be done on the canvas, by name in the command palette and by key where there is one. */
import { gettext } from "../lib/gettext";
import { describe } from "../lib/http";
import { addCommand } from "../lib/palette";
import { addShortcut, runShortcut } from "../lib/shortcuts";
import { toast } from "../lib/toast";
import type { Bench } from "./bench";
import { applyLayout } from "./canvas/tidy";
import type { Walk } from "./canvas/walk";
import { type DrawnElement, isA } from "./extension/elements";

interface EditorActions {
  trigger(action: string, options?: object): unknown;
  isRegistered(action: string): boolean;
}

interface Keyboard {
  addListener(priority: number, listener: (context: { keyEvent: KeyboardEvent }) => true | undefined): void;
}

interface Selection {
  get(): DrawnElement[];
}

const COLOURS = [
  [gettext("Colour: none"), undefined, undefined],
  [gettext("Colour: blue"), "#bbdefb", "#0d4372"],
  [gettext("Colour: orange"), "#ffe0b2", "#6b3c00"],
  [gettext("Colour: green"), "#c8e6c9", "#205022"],
  [gettext("Colour: red"), "#ffcdd2", "#831311"],
  [gettext("Colour: purple"), "#e1bee7", "#5b176d"],
] as const;

const ALIGNMENTS = [
  ["left", gettext("Align left")],
  ["center", gettext("Align center")],
  ["right", gettext("Align right")],
  ["top", gettext("Align top")],
  ["middle", gettext("Align middle")],
  ["bottom", gettext("Align bottom")],
] as const;
const DISTRIBUTIONS = [
  ["horizontal", gettext("Distribute horizontally")],
  ["vertical", gettext("Distribute vertically")],
] as const;

export class Commands {
  private readonly actions: EditorActions;

  constructor(
    private readonly bench: Bench,
    private readonly onTidy: () => void,
  ) {
    this.actions = bench.tool.get<EditorActions>("editorActions");
    this.addDrawing();
    this.addLooks();
    this.addWalking();
    const keyboard = bench.tool.get<Keyboard>("keyboard");
    // The canvas would take Ctrl+Shift+D for Ctrl+D.
    keyboard.addListener(3000, ({ keyEvent }) => {
      if (!keyEvent.shiftKey || !(keyEvent.ctrlKey || keyEvent.metaKey)) return undefined;
      runShortcut(keyEvent);
      return keyEvent.defaultPrevented || undefined;
    });
    keyboard.addListener(1000, ({ keyEvent }) => {
      if (keyEvent.key !== "Enter" || this.selected().length !== 1) return undefined;
      keyEvent.preventDefault();
      this.showMain();
      return true;
    });
  }

  /** A new layout from the server, which knows pools and lanes; one step of undo. */
  async tidy(): Promise<void> {
    const { tool, page } = this.bench;
    try {
      const { xml } = await page.ask<{ xml: string }>("layout", { xml: await this.bench.readXml() });
      if (applyLayout(tool, xml) === 0) return;
      this.onTidy();
      toast(gettext("The diagram is laid out anew."), {
        kind: "done",
        action: { label: gettext("Undo"), run: () => this.trigger("undo") },
      });
    } catch (error) {
      toast(
        gettext("The diagram was not laid out: %(error)s Nothing was changed.", { error: describe(error) }),
        { kind: "incident" },
      );
    }
  }

  private addDrawing(): void {
    this.add(gettext("Tidy the layout"), "tidy", "Mod+Shift+l", () => void this.tidy());
    this.add(gettext("Create an element…"), "add", "", () => this.onCanvas("createElement"));
    this.add(gettext("Append an element…"), "add", "", () => this.onCanvas("appendElement"));
    this.add(gettext("Find an element…"), "search", "", () => this.onCanvas("find"));
    this.add(gettext("Select everything"), "process", "", () => this.onCanvas("selectElements"));
    this.add(gettext("Copy as image"), "copy", "", () => void this.copyImage());
    this.add(gettext("Connect elements"), "arrow-right", "", () => this.onCanvas("globalConnectTool"));
    this.add(gettext("Make space"), "arrow-right", "", () => this.onCanvas("spaceTool"));
    this.add(gettext("Comment on the selected element"), "edit", "", () => this.showEntry("own-comments"));
  }

  private addLooks(): void {
    for (const [type, label] of ALIGNMENTS)
      this.add(label, "fit", "", () => this.onCanvas("alignElements", { type }));
    for (const [type, label] of DISTRIBUTIONS)
      this.add(label, "fit", "", () => this.onCanvas("distributeElements", { type }));
    for (const [name, fill, stroke] of COLOURS)
      this.add(name, "theme", "", () => {
        const elements = this.selected();
        if (elements.length > 0)
          this.bench.tool
            .get<{ setColor(elements: DrawnElement[], colours: object): void }>("modeling")
            .setColor(elements, { fill, stroke });
      });
  }

  /** The canvas listens to these itself while it has the focus; they are listed here to be found. */
  private addWalking(): void {
    const walk = this.bench.tool.get<Walk>("walk");
    const known = (keys: string, label: string) =>
      addShortcut({ keys, label, group: gettext("Walk the diagram") });
    known("j", gettext("Next along the flow"));
    known("k", gettext("Back"));
    known("J", gettext("Next branch"));
    known("K", gettext("Previous branch"));
    known("i", gettext("Into the sub-process"));
    known("o", gettext("Out of the sub-process"));
    known("Home", gettext("To the start"));
    known("Enter", gettext("What matters most about the element"));
    known("Escape", gettext("From the properties back to the canvas"));
    addCommand({ label: gettext("Go to the start of the flow"), icon: "start", run: () => walk.go("first") });
    for (const [keys, label] of [
      ["n", gettext("Create an element")],
      ["a", gettext("Append to the selected element")],
      ["r", gettext("Replace the selected element")],
      ["e", gettext("Name the selected element")],
      ["Delete", gettext("Remove the selected element")],
      ["c", gettext("Connect elements")],
      ["s", gettext("Make space")],
      ["l", gettext("Select with a lasso")],
      ["h", gettext("Move the canvas")],
      ["Mod+a", gettext("Select everything")],
      ["Mod+f", gettext("Find an element")],
      ["Mod+c", gettext("Copy, also to other diagrams")],
      ["Mod+v", gettext("Paste elements, or a whole diagram")],
      ["Mod+Shift+c", gettext("Copy as image")],
    ] as const)
      addShortcut({ keys, label, group: gettext("Canvas") });
    // Also while a panel has the focus; a field has its own.
    for (const [keys, label, action] of [
      ["Mod+z", gettext("Undo"), "undo"],
      ["Mod+y", gettext("Redo"), "redo"],
    ] as const)
      addShortcut({ keys, label, group: gettext("Canvas"), run: () => this.trigger(action) });
  }

  /** Brings the entry of the properties panel to the front that says most about the element. */
  showMain(): void {
    const [element] = this.selected();
    if (element) this.showEntry(mainEntryOf(element.labelTarget ?? element));
  }

  private showEntry(id: string): void {
    this.bench.showPanel("draw");
    this.bench.tool
      .get<{ fire(event: string, content: object): void }>("eventBus")
      .fire("propertiesPanel.showEntry", { id });
  }

  private async copyImage(): Promise<void> {
    try {
      if (this.selected().length === 0) this.trigger("selectElements");
      await this.trigger("copySelectionAsImage");
      toast(gettext("The picture is in the clipboard."), { kind: "done" });
    } catch (error) {
      toast(gettext("The picture was not copied: %(error)s", { error: describe(error) }), {
        kind: "incident",
      });
    }
  }

  private selected(): DrawnElement[] {
    return this.bench.tool.get<Selection>("selection").get();
  }

  private onCanvas(action: string, options?: object): void {
    this.bench.tool.get<{ focus(): void }>("canvas").focus();
    this.trigger(action, options);
  }

  private trigger(action: string, options?: object): unknown {
    return this.actions.isRegistered(action) ? this.actions.trigger(action, options ?? {}) : undefined;
  }

  private add(label: string, icon: string, keys: string, run: () => void): void {
    if (keys) addShortcut({ keys, label, group: gettext("Designer"), run, whileTyping: true });
    else addCommand({ label, icon, run });
  }
}

function mainEntryOf({ businessObject: own, waypoints }: DrawnElement): string {
  const definitions = (own.get("eventDefinitions") ?? []) as { $type: string }[];
  if (waypoints) return "conditionExpression";
  if (definitions.some(({ $type }) => $type === "bpmn:TimerEventDefinition"))
    return "timerEventDefinitionValue";
  if (isA(own, "bpmn:UserTask")) return "assignmentDefinitionAssignee";
  if (isA(own, "bpmn:ServiceTask") || isA(own, "bpmn:SendTask")) return "taskDefinitionType";
  return "name";
}
