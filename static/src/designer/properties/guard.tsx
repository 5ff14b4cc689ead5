/** Tries the condition of a flow on sample data: what it gives, and whether the flow would be taken. */

import { useState } from "@bpmn-io/properties-panel/preact/hooks";
import { gettext } from "../../lib/gettext";
import { describe, post } from "../../lib/http";
import { type DrawnElement, type Moddle, textOf } from "../extension/elements";
import { Entry, type EntryProps, TextInput, useAnswer, usePage, Words } from "./parts";
import { sampleFor, type Value, type Verdict, verdictOn } from "./verdict";

export const readCondition = (element: DrawnElement): string =>
  textOf(element.businessObject.get("conditionExpression") as Moddle | undefined, "body");

/** What somebody typed last: the guards of one gateway are tried on the same data. */
let sample = "";

export function TryGuard({ element, id }: EntryProps) {
  const page = usePage();
  const [typed, setData] = useState(sample);
  const expression = readCondition(element).replace(/^=/, "");
  const data = typed || sampleFor(expression);
  const answer = useAnswer(`${expression} ${data}`, () => evaluate(page.props.feel_url, expression, data));
  if (!expression) return null;
  return (
    <Entry id={id}>
      <TextInput
        id={id}
        label={gettext("Try it on this data (JSON)")}
        value={data}
        rows={3}
        onChange={(value) => {
          sample = value;
          setData(value);
        }}
      />
      <div role="status">
        {!typed && <Words>{gettext("Fill in values to see whether the flow is taken.")}</Words>}
        {typed && answer && <Words look={answer.look}>{answer.words}</Words>}
      </div>
    </Entry>
  );
}

async function evaluate(url: string, expression: string, data: string): Promise<Verdict> {
  let variables: unknown;
  try {
    variables = JSON.parse(data || "{}");
  } catch (error) {
    return { words: gettext("The data is no JSON: %(error)s", { error: describe(error) }), look: "problem" };
  }
  try {
    return verdictOn(await post<Value>(url, { expression, variables }));
  } catch (error) {
    return { words: describe(error), look: "problem" };
  }
}
