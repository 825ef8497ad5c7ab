import type { Json } from "@keelson/protocol";

/**
 * An event as a row: its values in the order of its columns, without their names. A row is whole in itself; absent is null.
 * An event that has other members, or in another order, isn't made one, so that each comes back byte for byte. Columns are added at an end only.
 */
export type Row = readonly Json[];
type Values = Readonly<Record<string, Json | undefined>>;

/** How a value is written in a column. `shorten`: undefined when it would be taken for something else. `event`: what stands before it. */
type Short = {
  readonly shorten: (value: Json, event: Values) => Json | undefined;
  readonly lengthen: (value: Json, event: Values) => Json;
};
type Columns = Readonly<Record<string, Short>>;

const PLAIN: Short = { shorten: (value) => value, lengthen: (value) => value };

/** A text is its words, a call its id, name and input; other blocks stay as they are. */
const BLOCK: Short = {
  shorten: (value) => {
    if (typeof value === "string" || Array.isArray(value)) return undefined;
    if (hasNames(value, ["type", "text"]) && value["type"] === "text" && typeof value["text"] === "string") return value["text"];
    if (!hasNames(value, ["type", "id", "name", "input"]) || value["type"] !== "tool_use") return value;
    const { id, name, input } = value;
    return isSaid(id) && isSaid(name) && isSaid(input) ? [id, name, input] : value;
  },
  lengthen: (value) => {
    if (typeof value === "string") return { type: "text", text: value };
    if (!isRow(value)) return value;
    const [id = null, name = null, input = null] = value;
    return { type: "tool_use", id, name, input };
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
function list(columns: Columns): Short {
  return {
    shorten: (value) => (Array.isArray(value) ? undefined : isObject(value) ? (rowOf(columns, value) ?? value) : value),
    lengthen: (value) => (isRow(value) ? (valuesOf(columns, value) ?? value) : value),
  };
}

const ANSWER = list({ content: BLOCKS, is_error: PLAIN });
/** Whose call it answers stands beside it. */
const RESULT: Short = {
  shorten: (value, event) => {
    if (Array.isArray(value)) return undefined;
    if (!isObject(value) || value["type"] !== "tool_result" || value["tool_use_id"] !== event["callId"]) return value;
    const [type, callId, ...rest] = Object.entries(value);
    const answer = type?.[0] === "type" && callId?.[0] === "tool_use_id" ? ANSWER.shorten(Object.fromEntries(rest), event) : value;
    return Array.isArray(answer) ? answer : value;
  },
  lengthen: (value, event) =>
    isRow(value) ? { type: "tool_result", tool_use_id: event["callId"] ?? null, ...(ANSWER.lengthen(value, event) as object) } : value,
};

const USAGE = list({ input: PLAIN, output: PLAIN, cacheRead: PLAIN, cacheWrite5m: PLAIN, cacheWrite1h: PLAIN });
const DECISION = list({ behavior: PLAIN, reason: PLAIN, explicit: PLAIN, rule: PLAIN, stage: PLAIN });

/** Those that come with every turn. Another one needs another number in the header: who doesn't know it can't read its rows. */
const COLUMNS: Readonly<Record<string, Columns>> = {
  "context.added": { inputId: PLAIN, from: PLAIN, content: BLOCKS },
  "turn.started": { turn: PLAIN, because: PLAIN },
  "block.completed": { messageId: PLAIN, index: PLAIN, block: BLOCK, malformed: PLAIN },
  "reply.completed": { messageId: PLAIN, stopReason: PLAIN, usage: USAGE, details: PLAIN },
  "model.called": { purpose: PLAIN, model: PLAIN, usage: USAGE, usd: PLAIN, ms: PLAIN, missed: PLAIN },
  "call.judged": { callId: PLAIN, decision: DECISION, suggestion: PLAIN },
  "call.started": { callId: PLAIN, input: PLAIN, replay: PLAIN },
  "call.completed": { callId: PLAIN, outcome: PLAIN, result: RESULT, ms: PLAIN, display: PLAIN },
};

/** Type and values; undefined for one that isn't made a row. */
export function shortEvent(event: Values): Row | undefined {
  const { type = null, ...values } = event;
  const columns = columnsOf(type);
  const row = columns && Object.keys(event)[0] === "type" ? rowOf(columns, values) : undefined;
  return row && [type, ...row];
}

/** Undefined for what isn't such a row. */
export function longEvent([type = null, ...row]: Row): { readonly [name: string]: Json } | undefined {
  const columns = columnsOf(type);
  const values = columns && valuesOf(columns, row);
  return values && { type, ...values };
}

const columnsOf = (type: Json): Columns | undefined =>
  typeof type === "string" && Object.hasOwn(COLUMNS, type) ? COLUMNS[type] : undefined;

function rowOf(columns: Columns, values: Values): Row | undefined {
  const names = Object.keys(columns);
  const row: Json[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue; // as JSON does
    const at = names.indexOf(name, row.length);
    const short = isSaid(value) && at >= 0 ? columns[name]?.shorten(value, values) : undefined;
    if (short === undefined) return undefined;
    while (row.length < at) row.push(null);
    row.push(short);
  }
  return row;
}

function valuesOf(columns: Columns, row: Row): { readonly [name: string]: Json } | undefined {
  const names = Object.keys(columns);
  if (row.length > names.length) return undefined;
  const values: Record<string, Json> = {};
  for (const [at, value] of row.entries()) {
    const name = names[at] ?? "";
    const long = value === null ? undefined : columns[name]?.lengthen(value, values);
    if (long !== undefined) values[name] = long;
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
