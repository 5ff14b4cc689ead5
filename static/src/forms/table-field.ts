/**
 * The table of a form, its values written as the person's region does. The form library's own knows the decimal point
 * and the dates of ISO 8601 alone; the order of rows, their pages and looks are the same.
 */
import { Label as LibraryLabel, Table, useExpressionEvaluation } from "@bpmn-io/form-js-viewer";
import { type FunctionComponent, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { tellNumber, tellValue } from "../lib/formats";
import { gettext } from "../lib/gettext";

interface Column {
  key: string;
  label?: string;
}

interface TableProps {
  domId: string;
  field: {
    label?: string;
    columns?: Column[];
    columnsExpression?: string;
    dataSource?: string;
    rowCount?: number;
  };
}

type Row = Record<string, unknown>;
interface Order {
  key: string;
  isRising: boolean;
}

const Label = LibraryLabel as unknown as FunctionComponent<{ htmlFor: string; label: string | undefined }>;

const isObject = (value: unknown): value is Row => typeof value === "object" && value !== null;
const isColumn = (value: unknown): value is Column => isObject(value) && typeof value.key === "string";

/** Empty values stand last, whichever way. */
export function sortRows(rows: Row[], { key, isRising }: Order): Row[] {
  const isEmpty = (row: Row) => row[key] === null || row[key] === undefined || row[key] === "";
  const compare = (a: unknown, b: unknown) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return [...rows].sort((a, b) => {
    if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b));
    return compare(a[key], b[key]) * (isRising ? 1 : -1);
  });
}

export function TableField({ field, domId }: TableProps) {
  const [order, setOrder] = useState<Order | null>(null);
  const [page, setPage] = useState(0);
  const given: unknown = useExpressionEvaluation(field.columnsExpression ?? "");
  const columns = Array.isArray(given) && given.every(isColumn) ? given : (field.columns ?? []);
  const source: unknown = useExpressionEvaluation(field.dataSource ?? "");
  const rows = (Array.isArray(source) ? source : []).filter(isObject);
  const size = field.rowCount || rows.length || 1;
  const pages = Math.max(1, Math.ceil(rows.length / size));
  useEffect(() => setPage(0), [field.rowCount, order, rows.length]);

  const shown = (order ? sortRows(rows, order) : rows).slice(page * size, (page + 1) * size);
  // Rising, falling, as it came.
  const sort = (key: string) =>
    setOrder(order?.key !== key ? { key, isRising: true } : order.isRising ? { key, isRising: false } : null);
  const isNumeric = (key: string) => rows.every((row) => row[key] == null || typeof row[key] === "number");

  const head = columns.map(({ key, label }) => {
    const way = order?.key === key ? (order.isRising ? "ascending" : "descending") : "none";
    const mark = { ascending: " ↑", descending: " ↓", none: "" }[way];
    const button = h(
      "button",
      { type: "button", class: "table-sort", onClick: () => sort(key) },
      h("span", { class: "fjs-table-th-label" }, label || key),
      h("span", { "aria-hidden": "true" }, mark),
    );
    const look = `fjs-table-th${isNumeric(key) ? " is-number" : ""}`;
    return h("th", { key, scope: "col", class: look, "aria-sort": way }, button);
  });
  const cell = (row: Row, key: string) =>
    h("td", { key, class: `fjs-table-td${isNumeric(key) ? " is-number" : ""}` }, tellValue(row[key]));
  const empty = gettext("There is nothing to show.");
  const body = shown.length
    ? shown.map((row, index) =>
        h(
          "tr",
          { key: index, class: "fjs-table-tr" },
          columns.map(({ key }) => cell(row, key)),
        ),
      )
    : h("tr", { class: "fjs-table-tr" }, h("td", { class: "fjs-table-td", colSpan: columns.length }, empty));
  const turn = (words: string, sign: string, to: number) =>
    h(
      "button",
      {
        type: "button",
        class: "fjs-table-nav-button",
        "aria-label": words,
        disabled: to < 0 || to >= pages,
        onClick: () => setPage(to),
      },
      sign,
    );
  const at = gettext("%(page)s of %(pages)s", { page: tellNumber(page + 1), pages: tellNumber(pages) });

  return h("div", { class: "fjs-form-field fjs-form-field-table" }, [
    h(Label, { htmlFor: domId, label: field.label }),
    h("div", { class: `fjs-table-middle-container${columns.length ? "" : " fjs-table-empty"}` }, [
      columns.length
        ? h(
            "div",
            { class: "fjs-table-inner-container" },
            h("table", { class: "fjs-table", id: domId }, [
              h("thead", { class: "fjs-table-head" }, h("tr", { class: "fjs-table-tr" }, head)),
              h("tbody", { class: "fjs-table-body" }, body),
            ]),
          )
        : empty,
      pages > 1 &&
        h("nav", { class: "fjs-table-nav", "aria-label": field.label || gettext("Pages") }, [
          h("span", { class: "fjs-table-nav-label" }, at),
          turn(gettext("Previous page"), "‹", page - 1),
          turn(gettext("Next page"), "›", page + 1),
        ]),
    ]),
  ]);
}

// The library drops the size of a page where the schema gives the field no id, which it need not.
TableField.config = { ...Table.config, create: (given: object = {}) => ({ label: "", ...given }) };
