/**
 * The date and time field of a form in the zone that the person chose, else the browser's. The form library's own
 * knows the latter alone: it is given the time of the wall clock, and what it gives back is told with its offset.
 */
import { Datetime } from "@bpmn-io/form-js-viewer";
import { type FunctionComponent, h } from "preact";
import { isoOffset, wallTime, zone } from "../lib/formats";

type Format = "no_timezone" | "utc_offset" | "utc_normalized";

interface MomentProps {
  value: unknown;
  field: { subtype?: string; timeSerializingFormat?: Format };
  onChange(change: { field: unknown; value: unknown }): void;
}

const LibraryDatetime = Datetime as unknown as FunctionComponent<MomentProps>;

const HAS_ZONE = /(Z|[+-]\d\d:?\d\d)$/;
const DAY = /^\d{4}-\d\d-\d\dT/;

/** An instant as the clock of the zone shows it, without a zone; what has none is that already. */
export function toWall(value: string, in_: string | undefined, now = new Date()): string {
  if (!HAS_ZONE.test(value)) return value;
  const isMoment = DAY.test(value);
  const day = wallTime(now, in_).slice(0, 10);
  const at = new Date(isMoment ? value : `${day}T${value}`);
  if (Number.isNaN(at.getTime())) return value;
  const wall = wallTime(at, in_);
  return isMoment ? wall : wall.slice(11);
}

/** What the clock of the zone shows, as the field's format writes it. */
export function fromWall(wall: string, format: Format, in_: string | undefined, now = new Date()): string {
  const isMoment = DAY.test(wall);
  const day = wallTime(now, in_).slice(0, 10);
  const full = isMoment ? wall : `${day}T${wall}`;
  const offset = isoOffset(full, in_);
  if (format === "utc_offset") return wall + offset;
  const utc = new Date(`${full}${offset}`).toISOString().slice(0, 16);
  return `${isMoment ? utc : utc.slice(11)}Z`;
}

export function MomentField(props: MomentProps) {
  const { field, value } = props;
  const format = field.timeSerializingFormat ?? "no_timezone";
  const in_ = zone();
  if (field.subtype === "date" || format === "no_timezone") return h(LibraryDatetime, props);
  return h(LibraryDatetime, {
    ...props,
    value: typeof value === "string" ? toWall(value, in_) : value,
    field: { ...field, timeSerializingFormat: "no_timezone" },
    onChange: (change) => {
      const wall = change.value;
      props.onChange({ field, value: typeof wall === "string" ? fromWall(wall, format, in_) : wall });
    },
  });
}

MomentField.config = Datetime.config;
