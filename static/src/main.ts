/** Starts every page; what a page mounts with `data-island` is fetched only there. */
import "./styles/app.css";
import htmx from "htmx.org";
import { startPeopleFields } from "./inbox/people";
import { islands } from "./islands";
import { h } from "./lib/dom";
import { gettext } from "./lib/gettext";
import { startGrids } from "./lib/grid";
import { describe } from "./lib/http";
import { startPage } from "./lib/page";
import { startPalette } from "./lib/palette";
import { startShortcuts } from "./lib/shortcuts";
import { startTheme } from "./lib/theme";
import { startTimes } from "./lib/times";
import { toast } from "./lib/toast";
import { startUploads } from "./lib/uploads";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  if (xhr.status === 404)
    toast(gettext("What this page shows is no longer there, or no longer yours to see."));
  else toast(gettext("The server could not do this. Nothing was changed."), { kind: "incident" });
});
document.addEventListener("htmx:sendError", () =>
  toast(gettext("The server cannot be reached. Nothing was changed."), { kind: "incident" }),
);

async function mountIsland(root: HTMLElement): Promise<void> {
  const name = root.dataset.island ?? "";
  const load = islands[name];
  try {
    if (!load) throw new Error(`There is no island "${name}".`);
    const { mount } = await load();
    await mount(root);
    root.dataset.ready = "true";
  } catch (error) {
    root.dataset.ready = "failed";
    root.replaceChildren(
      h(
        "div",
        { class: "empty-state m-4", role: "alert" },
        h("p", { class: "empty-title" }, gettext("This part of the page did not start.")),
        h("p", {}, gettext("%(error)s Nothing was lost.", { error: describe(error) })),
        h(
          "button",
          { type: "button", class: "btn", onclick: () => location.reload() },
          gettext("Load the page again"),
        ),
      ),
    );
    // The console and error reporting see what the person sees.
    throw error;
  }
}

startTheme();
startShortcuts();
startPalette();
startPage();
startGrids();
startTimes();
startUploads();
startPeopleFields();
for (const root of document.querySelectorAll<HTMLElement>("[data-island]")) void mountIsland(root);

const list = document.querySelector<HTMLElement>("[data-tasks]");
if (list) void import("./inbox/list").then(({ startTaskList }) => startTaskList(list));
const taskPage = document.querySelector<HTMLElement>("[data-task-page]");
if (taskPage) void import("./inbox/task").then(({ startTaskPage }) => startTaskPage(taskPage));
