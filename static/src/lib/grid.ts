/** Grids of links, `data-grid`: one stop of the Tab key, the arrow keys go from cell to cell. */

const STEPS: Record<string, readonly [number, number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

const linkIn = (cell: Element | undefined) => cell?.querySelector<HTMLAnchorElement>("a[tabindex]");

/** The next link in the direction, passing over cells without one. */
export function nextLink(cell: HTMLTableCellElement, key: string): HTMLAnchorElement | null {
  const step = STEPS[key];
  const row = cell.parentElement as HTMLTableRowElement;
  const table = cell.closest("table");
  if (!step || !table) return null;
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  let [line, column] = [rows.indexOf(row) + step[0], cell.cellIndex + step[1]];
  while (rows[line] && column >= 0 && column < (rows[line]?.cells.length ?? 0)) {
    const found = linkIn(rows[line]?.cells[column]);
    if (found) return found;
    line += step[0];
    column += step[1];
  }
  return null;
}

export function startGrids(): void {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const cell = (event.target as Element).closest<HTMLTableCellElement>("[data-grid] td");
    const found = cell && nextLink(cell, event.key);
    if (!found) return;
    event.preventDefault();
    found.focus();
  });
  // Where one was last, the Tab key comes back to.
  document.addEventListener("focusin", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("[data-grid] a[tabindex]");
    if (!link) return;
    for (const one of link.closest("[data-grid]")?.querySelectorAll("a[tabindex='0']") ?? [])
      one.setAttribute("tabindex", "-1");
    link.setAttribute("tabindex", "0");
  });
}
