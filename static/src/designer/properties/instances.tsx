/** How many instances of a multi-instance activity go at once. */
import { gettext } from "../../lib/gettext";
import {
  type DrawnElement,
  isA,
  type Moddle,
  readExtension,
  replaceExtensions,
  textOf,
} from "../extension/elements";
import { Entry, type EntryProps, TextInput, useTool, Words } from "./parts";

const CONCURRENCY = "statewright:Concurrency";

/** The marker of an activity whose instances may go beside one another. */
export function readParallelLoop(element: DrawnElement): Moddle | null {
  const loop = element.businessObject.get("loopCharacteristics") as Moddle | undefined;
  if (!loop || !isA(loop, "bpmn:MultiInstanceLoopCharacteristics")) return null;
  return loop.get("isSequential") === true ? null : loop;
}

export const hasLimit = (element: DrawnElement): boolean => {
  const loop = readParallelLoop(element);
  return loop !== null && readExtension(loop, CONCURRENCY) !== undefined;
};

export function AtOnce({ element, id }: EntryProps) {
  const get = useTool();
  const loop = readParallelLoop(element);
  if (!loop) return null;
  return (
    <Entry id={id}>
      <TextInput
        id={id}
        label={gettext("Instances at once")}
        value={textOf(readExtension(loop, CONCURRENCY), "limit")}
        hint={gettext("all")}
        onChange={(value) =>
          replaceExtensions(get, element, CONCURRENCY, value.trim() ? [{ limit: value.trim() }] : [], loop)
        }
      />
      <Words>
        {gettext("A number, or an expression that begins with =. Each that ends is followed by the next.")}
      </Words>
    </Entry>
  );
}
