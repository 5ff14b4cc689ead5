/** Puts the drawing tool together: modeler, properties panel, checks, token game, minimap, our words and colours. */
import lintModule from "bpmn-js-bpmnlint";
import simulationModule from "bpmn-js-token-simulation";
import Modeler from "camunda-bpmn-js/lib/camunda-cloud/Modeler";
import { exportPlainColours, RENDERER_COLOURS } from "../diagram/colours";
import { lintConfig } from "../lint/config";
import { commentBadgesModule } from "./canvas/comment-badges";
import { namingModule } from "./canvas/naming";
import { ownColoursModule } from "./canvas/own-colours";
import { tidyModule } from "./canvas/tidy";
import { togetherModule } from "./canvas/together";
import { walkModule } from "./canvas/walk";
import { serverFindingsModule } from "./checks";
import { type PageContext, pageModule } from "./context";
import statewright from "./extension/statewright.json";
import { ownPropertiesModule } from "./properties/provider";
import { ownVariablesModule } from "./properties/variables";
import { wordsModule } from "./words";

import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import "@bpmn-io/properties-panel/dist/assets/properties-panel.css";
import "bpmn-js-element-templates/dist/assets/element-templates.css";
import "@bpmn-io/element-template-chooser/dist/element-template-chooser.css";
import "bpmn-js-color-picker/colors/color-picker.css";
import "diagram-js-minimap/assets/diagram-js-minimap.css";
import "bpmn-js-bpmnlint/dist/assets/css/bpmn-js-bpmnlint.css";
import "bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css";
import "camunda-bpmn-js/styles/popup-menu.css";
import "../styles/diagram.css";
import "../styles/designer.css";
import "../styles/properties.css";

/** The token game would paint every shape black on white; here shapes keep the theme's colours. */
const themeColoursModule = { neutralElementColors: ["value", {}] };

/**
 * The library takes a form out of the diagram when its task is of the newer kind, or when one of the tasks that share
 * it goes. Here both kinds of task may have one, and a form stays until somebody removes it.
 */
const formsStayModule = { formsBehavior: ["value", null] };

/** The part of the library's modeler that this project uses. */
export interface DrawingTool {
  get<T>(name: string): T;
  importXML(xml: string): Promise<{ warnings: string[] }>;
  saveXML(options: { format: boolean }): Promise<{ xml?: string }>;
  saveSVG(): Promise<{ svg: string }>;
  on(event: string | string[], handler: (event: never) => void): void;
  on(event: string | string[], priority: number, handler: (event: never) => void): void;
}

export function createModeler(canvas: HTMLElement, properties: HTMLElement, page: PageContext): DrawingTool {
  const modeler = new Modeler({
    container: canvas,
    bpmnRenderer: RENDERER_COLOURS,
    propertiesPanel: { parent: properties, tooltip: {}, getFeelPopupLinks: () => [] },
    // Saving must not move what was drawn.
    alignToOrigin: { alignOnSave: false },
    linting: { bpmnlint: lintConfig(page.known), active: true },
    moddleExtensions: { statewright },
    additionalModules: [
      lintModule,
      simulationModule,
      themeColoursModule,
      serverFindingsModule,
      wordsModule,
      pageModule(page),
      formsStayModule,
      togetherModule,
      namingModule,
      tidyModule,
      ownColoursModule,
      walkModule,
      commentBadgesModule,
      ownPropertiesModule,
      ownVariablesModule,
    ],
  } as ConstructorParameters<typeof Modeler>[0]);
  exportPlainColours(modeler);
  return modeler as unknown as DrawingTool;
}
