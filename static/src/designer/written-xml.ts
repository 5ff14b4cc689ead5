/** The diagram as XML, written once for each state: keeping, saving and checking ask for the same within a second. */
import type { DrawingTool } from "./modeler";

export function writesOnce(tool: Pick<DrawingTool, "saveXML" | "on">): () => Promise<string> {
  let written: Promise<string> | null = null;
  const forget = () => {
    written = null;
  };
  // Before all who are told of the change and may ask at once.
  tool.on(["commandStack.changed", "import.done"], 5000, forget);
  return () => {
    written ??= tool.saveXML({ format: true }).then(({ xml }) => xml ?? "");
    written.catch(forget);
    return written;
  };
}
