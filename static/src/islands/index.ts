/** The islands by the name that `{% island %}` uses; each is fetched when a page has it. */

export interface Island {
  mount(root: HTMLElement): void | Promise<void>;
}

export const islands: Record<string, () => Promise<Island>> = {
  designer: () => import("./designer"),
  diff: () => import("./diff"),
  form: () => import("./form"),
  heatmap: () => import("./heatmap"),
  insights: () => import("./insights"),
  instance: () => import("./instance"),
  states: () => import("./states"),
};
