/** Libraries that ship without types: only what this project calls. */

type DiagramModule = Record<string, unknown>;

declare module "bpmn-js-bpmnlint" {
  const lintModule: DiagramModule;
  export default lintModule;
}
declare module "bpmn-js-token-simulation" {
  const simulationModule: DiagramModule;
  export default simulationModule;
}
declare module "bpmn-moddle" {
  export class BpmnModdle {
    constructor(packages: Record<string, unknown>);
  }
}
declare module "bpmn-auto-layout" {
  export function layoutProcess(xml: string): Promise<string>;
}
declare module "dmn-js/lib/Modeler" {
  export interface DmnView {
    id: string;
    name?: string;
    type: string;
    element?: {
      id: string;
      decisionLogic?: { id?: string; input?: { inputExpression?: { text?: string } }[] };
      informationRequirement?: { requiredInput?: { href?: string } }[];
    };
  }
  export default class DmnModeler {
    constructor(options: Record<string, unknown>);
    importXML(xml: string): Promise<{ warnings: { message?: string }[] }>;
    saveXML(options?: { format?: boolean }): Promise<{ xml: string }>;
    getViews(): DmnView[];
    getActiveView(): DmnView | undefined;
    open(view: DmnView): Promise<void>;
    destroy(): void;
    on(event: string, handler: (event: { views: DmnView[]; activeView?: DmnView }) => void): void;
  }
}
declare module "bpmn-js-properties-panel" {
  export function useService<T>(name: string): T;
}
declare module "@bpmn-io/properties-panel" {
  import type { FunctionComponent, RefObject } from "@bpmn-io/properties-panel/preact";
  /** The field that is focused when the entry is asked for by its id. */
  export function useShowEntryEvent<T>(id: string): RefObject<T>;
  export const ListGroup: FunctionComponent;
  export const Group: FunctionComponent;
}
declare module "*.bpmnlintrc" {
  const config: { config: { rules: Record<string, string> }; resolver: unknown };
  export default config;
}
declare module "rollup-plugin-bpmnlint" {
  import type { Plugin } from "vite";
  export default function bpmnlint(options?: { include?: string }): Plugin;
}
