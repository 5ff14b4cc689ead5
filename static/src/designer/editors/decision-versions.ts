/**
 * The decision editor knows DMN 1.3 alone. Files of other versions differ from it in their namespaces, so they are
 * opened under its names and written back under their own; what 1.3 has no word for is not opened, because it would be lost.
 */

const EDITED = "https://www.omg.org/spec/DMN/20191111/";
/** Model and drawing of DMN 1.2, 1.4 and 1.5. */
const OTHERS: readonly [model: string, drawing: string][] = [
  ["https://www.omg.org/spec/DMN/20230324/MODEL/", "https://www.omg.org/spec/DMN/20230324/DMNDI/"],
  ["https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20211108/DMNDI/"],
  ["http://www.omg.org/spec/DMN/20180521/MODEL/", "http://www.omg.org/spec/DMN/20180521/DMNDI/"],
];
const FIRST = "http://www.omg.org/spec/DMN/20151101/dmn.xsd";
const YOUNGER = /<(?:[\w.-]+:)?(?:conditional|filter|for|some|every)[\s>]/;

export interface EditableFile {
  xml: string;
  /** What was edited, in the version that the file came in; 1.1 becomes 1.3, which has a drawing. */
  writeBack(xml: string): string;
}

export function toEditable(xml: string): EditableFile {
  const found = OTHERS.find(([model]) => xml.includes(model));
  if (!found) return { xml: xml.replaceAll(FIRST, `${EDITED}MODEL/`), writeBack: (edited) => edited };
  if (YOUNGER.test(xml))
    throw new Error("It uses expressions that the editor cannot show (conditional, filter or iteration).");
  const [model, drawing] = found;
  return {
    xml: xml.replaceAll(model, `${EDITED}MODEL/`).replaceAll(drawing, `${EDITED}DMNDI/`),
    writeBack: (edited) => edited.replaceAll(`${EDITED}MODEL/`, model).replaceAll(`${EDITED}DMNDI/`, drawing),
  };
}
