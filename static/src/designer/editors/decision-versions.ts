/**
 * The decision editor knows DMN 1.3 alone. Files of other versions differ from it in their namespaces, so they are
 * opened under its names and written back under their own; expressions that 1.3 lacks are shown as text.
 */
import { foldExpressions } from "./decision-expressions";

const EDITED = "https://www.omg.org/spec/DMN/20191111/";
/** Model and drawing of DMN 1.2, 1.4 and 1.5. */
const OTHERS: readonly [model: string, drawing: string][] = [
  ["https://www.omg.org/spec/DMN/20230324/MODEL/", "https://www.omg.org/spec/DMN/20230324/DMNDI/"],
  ["https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20211108/DMNDI/"],
  ["http://www.omg.org/spec/DMN/20180521/MODEL/", "http://www.omg.org/spec/DMN/20180521/DMNDI/"],
];
const FIRST = "http://www.omg.org/spec/DMN/20151101/dmn.xsd";

export interface EditableFile {
  xml: string;
  /** Ids of the expressions whose text stands for another form of them, which is kept until the text is changed. */
  shownAsText: ReadonlySet<string>;
  /** What was edited, in the version that the file came in; 1.1 becomes 1.3, which has a drawing. */
  writeBack(xml: string): string;
}

export function toEditable(xml: string): EditableFile {
  const found = OTHERS.find(([model]) => xml.includes(model));
  const [model, drawing] = found ?? [FIRST, ""];
  const named = xml.replaceAll(model, `${EDITED}MODEL/`);
  const folded = foldExpressions(drawing ? named.replaceAll(drawing, `${EDITED}DMNDI/`) : named);
  const rename = (edited: string) =>
    edited.replaceAll(`${EDITED}MODEL/`, model).replaceAll(`${EDITED}DMNDI/`, drawing);
  return {
    xml: folded.xml,
    shownAsText: folded.ids,
    writeBack: (edited) => {
      const whole = folded.unfold(edited);
      return found ? rename(whole) : whole;
    },
  };
}
