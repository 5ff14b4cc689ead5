/** Charts in the page's colours: only the parts of the library that are used, repainted when the theme changes. */
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  LogarithmicScale,
  Tooltip,
} from "chart.js";
import { prefersReducedMotion } from "./dom";

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, LogarithmicScale, Tooltip);

/** A colour of the theme as the canvas can take it. */
export function colourOf(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

/** Draws what `configure` says, and again in the other theme's colours. `open` gets the index of a bar pressed. */
export function drawChart(
  canvas: HTMLCanvasElement,
  configure: () => ChartConfiguration<"bar">,
  open: (index: number) => void,
): void {
  let chart: Chart<"bar"> | undefined;
  const draw = () => {
    chart?.destroy();
    const configuration = configure();
    Chart.defaults.color = colourOf("--subtle");
    Chart.defaults.borderColor = colourOf("--line");
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    chart = new Chart(canvas, {
      ...configuration,
      options: {
        ...configuration.options,
        maintainAspectRatio: false,
        animation: prefersReducedMotion() ? false : { duration: 200 },
        onClick: (_event, [bar]) => bar && open(bar.index),
        onHover: (_event, bars) => {
          canvas.style.cursor = bars.length > 0 ? "pointer" : "";
        },
      },
    });
  };
  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
