/** What an instance is called that nobody has given a business key, as one that a signal starts. */
import { gettext } from "../../lib/gettext";
import { readExtension, replaceExtensions, textOf } from "../extension/elements";
import { Entry, type EntryProps, TextInput, useTool, Words } from "./parts";

export const BUSINESS_KEY = "statewright:BusinessKey";

export function BusinessKey({ element, id }: EntryProps) {
  const get = useTool();
  return (
    <Entry id={id}>
      <TextInput
        id={id}
        label={gettext("Business key of what starts here")}
        value={textOf(readExtension(element.businessObject, BUSINESS_KEY), "value")}
        hint={gettext("none")}
        onChange={(value) =>
          replaceExtensions(get, element, BUSINESS_KEY, value.trim() ? [{ value: value.trim() }] : [])
        }
      />
      <Words>
        {gettext(
          "An expression that begins with =, like =order. It is used where whoever starts an instance gives it no key.",
        )}
      </Words>
    </Entry>
  );
}
