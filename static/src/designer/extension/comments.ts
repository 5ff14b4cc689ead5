/** Comments on an element, as the file has them. */
import { type DrawnElement, readExtensions, textOf } from "./elements";

export const COMMENT = "statewright:Comment";

export interface ReadComment {
  author: string;
  at: string;
  text: string;
}

export const readComments = (element: DrawnElement): ReadComment[] =>
  readExtensions(element.businessObject, COMMENT).map((one) => ({
    author: textOf(one, "author"),
    at: textOf(one, "at"),
    text: textOf(one, "text"),
  }));
