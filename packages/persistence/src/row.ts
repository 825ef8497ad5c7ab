import type { Json } from "@keelson/protocol";

/**
 * An event as a row: its values in the order of its columns, without their names. A row is whole in itself; absent is null.
 * An event that has other members, or in another order, isn't made one, so that each comes back byte for byte. Columns are added at an end only.
 * Long logs are read row by row while a user waits, and mostly before the code is compiled: hence the plain loops over what is there.
 */
export type Row = readonly Json[];
type Values = { readonly [name: string]: Json | undefined };

/** How a value is written in a column. `shorten`: undefined when it would be taken for something else. `event`: what stands beside it, before it when it is read. */
type Short = {
  readonly shorten: (value: Json, event: Values) => Json | undefined;
  readonly lengthen: (value: Json, event: Values) => Json;
};
/** `short`: undefined for a value that stands there as it is. */
type Column = { readonly name: string; readonly short: Short | undefined };

/** A text is its words, a call its id, name and input; other blocks stay as they are. */
const BLOCK: Short = {
  shorten: (value) => {
    if (typeof value === "string" || isRow(value)) return undefined;
    if (hasNames(value, ["type", "text"]) && value["type"] === "text" && typeof value["text"] === "string") return value["text"];
    if (!hasNames(value, ["type", "id", "name", "input"]) || value["type"] !== "tool_use") return value;
    const { id, name, input } = value;
    return isSaid(id) && isSaid(name) && isSaid(input) ? [id, name, input] : value;
  },
  lengthen: (value) => {
    if (typeof value === "string") return { type: "text", text: value };
    return isRow(value) ? { type: "tool_use", id: value[0] ?? null, name: value[1] ?? null, input: value[2] ?? null } : value;
  },
};

const BLOCKS: Short = {
  shorten: (value, event) => {
    if (!isRow(value)) return value;
    const short = value.map((block) => BLOCK.shorten(block, event));
    return short.every((block) => block !== undefined) ? short : undefined;
  },
  lengthen: (value, event) => (isRow(value) ? value.map((block) => BLOCK.lengthen(block, event)) : value),
};

/** An object of these members, as a row of its own. */
function list(...columns: readonly Column[]): Short {
  return {
    shorten: (value) => (isRow(value) ? undefined : isObject(value) ? (rowOf(columns, value) ?? value) : value),
    lengthen: (value) => (isRow(value) ? (withValues({}, columns, value, 0) ?? value) : value),
  };
}

const plain = (...names: readonly string[]): readonly Column[] => names.map((name) => ({ name, short: undefined }));

const ANSWER = [{ name: "content", short: BLOCKS }, ...plain("is_error")];
/** Whose call it answers stands beside it. */
const RESULT: Short = {
  shorten: (value, event) => {
    if (isRow(value)) return undefined;
    if (!isObject(value) || value["type"] !== "tool_result" || value["tool_use_id"] !== event["callId"]) return value;
    const [type, callId, ...rest] = Object.entries(value);
    return (type?.[0] === "type" && callId?.[0] === "tool_use_id" && rowOf(ANSWER, Object.fromEntries(rest))) || value;
  },
  lengthen: (value, event) =>
    isRow(value) ? (withValues({ type: "tool_result", tool_use_id: event["callId"] ?? null }, ANSWER, value, 0) ?? value) : value,
};

const USAGE = { name: "usage", short: list(...plain("input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h")) };
const DECISION = { name: "decision", short: list(...plain("behavior", "reason", "explicit", "rule", "stage")) };

/** Those that come with every turn. Another one needs another number in the header: who doesn't know it can't read its rows. */
const COLUMNS: ReadonlyMap<Json | undefined, readonly Column[]> = new Map([
  ["context.added", [...plain("inputId", "from"), { name: "content", short: BLOCKS }]],
  ["turn.started", plain("turn", "because")],
  ["block.completed", [...plain("messageId", "index"), { name: "block", short: BLOCK }, ...plain("malformed")]],
  ["reply.completed", [...plain("messageId", "stopReason"), USAGE, ...plain("details")]],
  ["model.called", [...plain("purpose", "model"), USAGE, ...plain("usd", "ms", "missed")]],
  ["call.judged", [...plain("callId"), DECISION, ...plain("suggestion")]],
  ["call.started", plain("callId", "input", "replay")],
  ["call.completed", [...plain("callId", "outcome"), { name: "result", short: RESULT }, ...plain("ms", "display")]],
]);

/** Type and values; undefined for one that isn't made a row. */
export function shortEvent(event: Values): Row | undefined {
  const { type = null, ...values } = event;
  const columns = COLUMNS.get(type);
  const row = columns && Object.keys(event)[0] === "type" ? rowOf(columns, values) : undefined;
  return row && [type, ...row];
}

/** `from`: where in the row the type stands, and the values behind it. Undefined for what isn't such a row. */
export function longEvent(row: Row, from = 0): { readonly [name: string]: Json } | undefined {
  const type = row[from] ?? null;
  const columns = COLUMNS.get(type);
  return columns && withValues({ type }, columns, row, from + 1);
}

function rowOf(columns: readonly Column[], values: Values): Row | undefined {
  const row: Json[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue; // as JSON does
    while (row.length < columns.length && columns[row.length]?.name !== name) row.push(null);
    const column = columns[row.length];
    const short = column && isSaid(value) ? (column.short ? column.short.shorten(value, values) : value) : undefined;
    if (short === undefined) return undefined;
    row.push(short);
  }
  return row;
}

function withValues(
  values: Record<string, Json>,
  columns: readonly Column[],
  row: Row,
  from: number,
): { readonly [name: string]: Json } | undefined {
  for (let at = from; at < row.length; at++) {
    const column = columns[at - from];
    const value = row[at];
    if (column === undefined || value === undefined) return undefined;
    if (value !== null) values[column.name] = column.short ? column.short.lengthen(value, values) : value;
  }
  return values;
}

/** Not what JSON writes as null, which stands for absent here. */
const isSaid = (value: Json | undefined): value is Exclude<Json, null> =>
  value !== null && value !== undefined && (typeof value !== "number" || Number.isFinite(value));

const isRow = (value: Json): value is Row => Array.isArray(value);
const isObject = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function hasNames(value: Json, names: readonly string[]): value is { readonly [name: string]: Json } {
  if (!isObject(value)) return false;
  const own = Object.keys(value);
  return own.length === names.length && own.every((name, at) => name === names[at]);
}
