/** The decisions in the files of a draft. */
import { gettext } from "../../lib/gettext";

export interface DecisionInFile {
  id: string;
  name: string;
  file: string;
}

const decisionTag = /<(?:[\w.-]+:)?decision\b([^>]*)>/g;

/** The decisions of the draft's files, by their ids. */
export function listDecisions(files: readonly { name: string; content: string }[]): DecisionInFile[] {
  return files.flatMap(({ name: file, content }) =>
    [...content.matchAll(decisionTag)].map(([, attributes = ""]) => {
      const id = /\bid="([^"]*)"/.exec(attributes)?.[1] ?? "";
      return { id, name: /\bname="([^"]*)"/.exec(attributes)?.[1] ?? id, file };
    }),
  );
}

const EMPTY = (id: string, name: string) => `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="${id}_file" name="${name}" namespace="https://statewright.dev/decisions">
  <decision id="${id}" name="${name}">
    <decisionTable id="${id}_table" hitPolicy="FIRST">
      <input id="${id}_input" label="Input"><inputExpression id="${id}_expression" typeRef="string"><text>input</text></inputExpression></input>
      <output id="${id}_output" label="Output" name="output" typeRef="string" />
    </decisionTable>
  </decision>
  <dmndi:DMNDI><dmndi:DMNDiagram id="${id}_diagram"><dmndi:DMNShape id="${id}_shape" dmnElementRef="${id}"><dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>
</definitions>`;

/** A new decision in a file of its own, with a name that nothing else of the draft has. */
export function newDecision(
  taken: readonly string[],
  base = "decision",
): { name: string; id: string; content: string } {
  let id = base;
  for (let number = 2; taken.includes(`${id}.dmn`); number += 1) id = `${base}_${number}`;
  return { name: `${id}.dmn`, id, content: EMPTY(id, gettext("New decision")) };
}
