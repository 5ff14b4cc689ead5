/** Short notices, top centre: the bottom right corner belongs to the canvas's logo. */
import { h, icon } from "./dom";
import { gettext } from "./gettext";

export type ToastKind = "done" | "incident" | "info";

interface ToastOptions {
  kind?: ToastKind;
  /** One thing to do about it. */
  action?: { label: string; run(): void };
}

function shelf(): HTMLElement {
  const existing = document.getElementById("toasts");
  if (existing) return existing;
  const region = h("div", {
    id: "toasts",
    class: "toasts",
    role: "region",
    "aria-label": gettext("Notices"),
  });
  document.body.append(region);
  return region;
}

/** Failures stay until they are closed; the rest leaves by itself. */
export function toast(message: string, { kind = "info", action }: ToastOptions = {}): void {
  const notice = h("div", {
    class: `toast-notice is-${kind}`,
    role: kind === "incident" ? "alert" : "status",
  });
  const close = () => notice.remove();
  notice.append(icon(kind === "info" ? "info" : kind), h("span", { class: "grow" }, message));
  if (action)
    notice.append(
      h(
        "button",
        {
          type: "button",
          class: "btn btn-sm btn-ghost",
          onclick: () => {
            close();
            action.run();
          },
        },
        action.label,
      ),
    );
  notice.append(
    h(
      "button",
      {
        type: "button",
        class: "btn btn-sm btn-ghost btn-square",
        "aria-label": gettext("Close"),
        onclick: close,
      },
      icon("close"),
    ),
  );
  // The same again replaces the old one: a retry must not pile up notices.
  for (const other of shelf().children) if (other.textContent === notice.textContent) other.remove();
  shelf().append(notice);
  if (kind !== "incident") setTimeout(close, 6000);
}
