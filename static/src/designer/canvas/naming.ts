/** A new element is named at once: the field for its name keeps the focus, gateways too. */
import { type DrawnElement, isA } from "../extension/elements";

interface EventBus {
  on(event: string, priority: number, handler: (event: { shape: DrawnElement }) => void): void;
}

class Naming {
  static readonly $inject = ["eventBus", "directEditing", "canvas"];

  constructor(
    eventBus: EventBus,
    directEditing: { activate(element: DrawnElement): void; isActive(): boolean },
    canvas: { getContainer(): HTMLElement },
  ) {
    eventBus.on("autoPlace.end", 400, ({ shape }) => {
      if (isA(shape.businessObject, "bpmn:Gateway")) directEditing.activate(shape);
    });
    // The menu that it was chosen from gives the focus back to the canvas a moment later.
    eventBus.on("directEditing.activate", 100, () => {
      setTimeout(() => {
        const field = canvas.getContainer().querySelector<HTMLElement>(".djs-direct-editing-content");
        if (directEditing.isActive()) field?.focus();
      }, 30);
    });
  }
}

export const namingModule = { __init__: ["naming"], naming: ["type", Naming] };
