/** The charts of the insights page; the same figures stand as text and as a table on the page. */

import { colourOf, drawChart } from "../lib/charts";
import { h, readProps } from "../lib/dom";
import { gettext } from "../lib/gettext";
import { tellSeconds } from "../lib/times";

interface Slot {
  label: string;
  started: number;
  completed: number;
  failed: number;
  other: number;
  url: string;
}

interface Step {
  name: string;
  p50: number;
  p95: number;
  p99: number;
  url: string;
}

/** Shorter than this nothing is worth telling apart. */
const SHORTEST = 0.001;

export function mount(root: HTMLElement): void {
  const { slots, steps } = readProps<{ slots: Slot[]; steps: Step[] }>(root);
  drawThroughput(root, slots);
  if (steps.length > 0) drawSteps(root, steps);
}

function addCanvas(root: HTMLElement, title: string, words: string): HTMLCanvasElement {
  const canvas = h("canvas", { role: "img", "aria-label": words });
  root.append(
    h(
      "figure",
      { class: "chart" },
      h("figcaption", { class: "section-title" }, title),
      h("div", { class: "chart-space" }, canvas),
    ),
  );
  return canvas;
}

function drawThroughput(root: HTMLElement, slots: Slot[]): void {
  const total = slots.reduce((sum, { started }) => sum + started, 0);
  const canvas = addCanvas(
    root,
    gettext("Started, and how they ended"),
    gettext("Instances by the time of their start: %(total)s in all. The figures are above.", { total }),
  );
  const series = (label: string, pick: (slot: Slot) => number, colour: string) => ({
    label,
    data: slots.map(pick),
    backgroundColor: colourOf(colour),
  });
  drawChart(
    canvas,
    () => ({
      type: "bar",
      data: {
        labels: slots.map(({ label }) => label),
        datasets: [
          series(gettext("Completed"), ({ completed }) => completed, "--color-success"),
          series(gettext("Failed"), ({ failed }) => failed, "--color-error"),
          series(gettext("Cancelled"), ({ other }) => other, "--color-neutral"),
          series(
            gettext("Still running"),
            ({ started, completed, failed, other }) => started - completed - failed - other,
            "--color-info",
          ),
        ],
      },
      options: {
        scales: {
          x: { stacked: true, grid: { display: false } },
          y: { stacked: true, ticks: { precision: 0 } },
        },
        plugins: { legend: { position: "bottom", labels: { boxWidth: 12 } } },
      },
    }),
    (index) => location.assign(slots[index]?.url ?? ""),
  );
}

function drawSteps(root: HTMLElement, steps: Step[]): void {
  const canvas = addCanvas(
    root,
    gettext("How long steps take"),
    gettext("Times of each step: half, 95 and 99 per cent. The figures are in the table below."),
  );
  const series = (label: string, pick: (step: Step) => number, colour: string) => ({
    label,
    data: steps.map((step) => Math.max(pick(step), SHORTEST)),
    backgroundColor: colourOf(colour),
  });
  drawChart(
    canvas,
    () => ({
      type: "bar",
      data: {
        labels: steps.map(({ name }) => (name.length > 24 ? `${name.slice(0, 23)}…` : name)),
        datasets: [
          series("p50", ({ p50 }) => p50, "--color-success"),
          series("p95", ({ p95 }) => p95, "--color-warning"),
          series("p99", ({ p99 }) => p99, "--color-error"),
        ],
      },
      options: {
        indexAxis: "y",
        scales: {
          x: {
            type: "logarithmic",
            ticks: {
              maxTicksLimit: 6,
              // Between short times several would have the same words.
              callback: (value, at, ticks) => {
                const words = tellSeconds(Number(value));
                return at > 0 && tellSeconds(ticks[at - 1]?.value ?? 0) === words ? "" : words;
              },
            },
          },
          y: { grid: { display: false } },
        },
        plugins: {
          legend: { position: "bottom", labels: { boxWidth: 12 } },
          tooltip: {
            callbacks: {
              label: ({ dataset, parsed }) => `${dataset.label}: ${tellSeconds(parsed.x ?? 0)}`,
            },
          },
        },
      },
    }),
    (index) => location.assign(steps[index]?.url ?? ""),
  );
}
