/** What colleagues say about an element while they draw; it stays in the file and the engine passes over it. */

import { useShowEntryEvent } from "@bpmn-io/properties-panel";
import { useState } from "@bpmn-io/properties-panel/preact/hooks";
import { gettext } from "../../lib/gettext";
import { relativeTime } from "../../lib/times";
import { COMMENT, type ReadComment, readComments } from "../extension/comments";
import { replaceExtensions } from "../extension/elements";
import { Button, Entry, type EntryProps, usePage, useTool } from "./parts";

export function Comments({ element, id }: EntryProps) {
  const get = useTool();
  const page = usePage();
  const [text, setText] = useState("");
  const field = useShowEntryEvent<HTMLTextAreaElement>(id);
  const comments = readComments(element);
  const write = (all: ReadComment[]) =>
    replaceExtensions(
      get,
      element,
      COMMENT,
      all.map((one) => ({ ...one })),
    );
  const add = () => {
    if (!text.trim()) return;
    write([...comments, { author: page.props.user, at: new Date().toISOString(), text: text.trim() }]);
    setText("");
  };
  return (
    <Entry id={id}>
      <ul class="own-comments">
        {comments.map((one, at) => (
          <li key={`${one.at}${one.text}`}>
            <p class="own-caption">
              <strong>{one.author || gettext("Somebody")}</strong> <When at={one.at} />
              <button
                type="button"
                aria-label={gettext("Remove the comment of %(author)s", { author: one.author })}
                onClick={() => write(comments.filter((_, index) => index !== at))}
              >
                ×
              </button>
            </p>
            <p class="own-comment">{one.text}</p>
          </li>
        ))}
      </ul>
      <label class="bio-properties-panel-label" for={`own-${id}`}>
        {gettext("Add a comment")}
      </label>
      <textarea
        ref={field}
        id={`own-${id}`}
        class="bio-properties-panel-input"
        rows={2}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => (event.ctrlKey || event.metaKey) && event.key === "Enter" && add()}
      />
      <div class="own-buttons">
        <Button onClick={add}>{gettext("Comment")}</Button>
      </div>
    </Entry>
  );
}

function When({ at }: { at: string }) {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return null;
  return <time dateTime={at}>{relativeTime(when, new Date())}</time>;
}
