/** The decision of a business rule task, picked from those of the draft and the deployed ones. */
import { gettext } from "../../lib/gettext";
import { readExtension, textOf, updateExtension } from "../extension/elements";
import { listDecisions, newDecision } from "./decision-files";
import { Button, Choose, Entry, type EntryProps, useCatalogue, usePage, useTool } from "./parts";

const CALLED = "zeebe:CalledDecision";

export function CalledDecision({ element, id }: EntryProps) {
  const get = useTool();
  const page = usePage();
  const catalogue = useCatalogue();
  const called = textOf(readExtension(element.businessObject, CALLED), "decisionId");
  if (called.startsWith("=")) return null;
  const own = listDecisions(page.listFiles(".dmn"));
  const mine = own.find((one) => one.id === called);
  const deployed = (catalogue?.decisions ?? []).filter((one) => !own.some(({ id }) => id === one.key));
  const other = called && !mine && !deployed.some((one) => one.key === called);
  const choose = (wanted: string) =>
    updateExtension(get, element, CALLED, {
      decisionId: wanted || undefined,
      bindingType: own.some((one) => one.id === wanted) ? "deployment" : undefined,
    });
  const make = () => {
    const made = newDecision(page.files.list().map(({ name }) => name));
    page.files.write(made.name, made.content);
    updateExtension(get, element, CALLED, { decisionId: made.id, bindingType: "deployment" });
    page.openDecision(made.name, made.id);
  };
  return (
    <Entry id={id}>
      <Choose
        id={id}
        label={gettext("Decision")}
        value={called}
        choices={[
          { value: "", label: gettext("Choose a decision…") },
          {
            label: gettext("Of this process"),
            choices: own.map((one) => ({ value: one.id, label: one.name })),
          },
          {
            label: gettext("Deployed, always the latest"),
            choices: deployed.map((one) => ({ value: one.key, label: one.name })),
          },
          ...(other ? [{ value: called, label: called }] : []),
        ]}
        onChange={choose}
      />
      <div class="own-buttons">
        {mine && (
          <Button onClick={() => page.openDecision(mine.file, mine.id)}>
            {gettext("Edit the decision")}
          </Button>
        )}
        {!called && <Button onClick={make}>{gettext("New decision")}</Button>}
      </div>
    </Entry>
  );
}
