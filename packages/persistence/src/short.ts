import type { Envelope, Json } from "@keelson/protocol";
import { longEvent, shortEvent, type Row } from "./row.ts";

/**
 * Lines that follow each other say once which session, run and path they are of: a line without `v` has those of the last line with one.
 * A long line comes again and again, so that a reader who begins in the middle of a file meets one soon. Behind it a call that was started
 * says its input no more when the reply that asked for it stands there too.
 */
export type Same = Pick<Envelope, "session" | "run" | "path">;
const MOST_SHORT = 100;

/** An envelope's JSON, and the tokens in it if it is packed. */
export type Line = { readonly envelope: Envelope; readonly json: string; readonly mark: string | undefined };

export class Repeats {
  #last: Same | undefined;
  #spelled = "";
  #short = 0;
  readonly #inputs = new Map<string, string>();

  /** Only what is spelled as we spell it gets shorter, so that it can be spelled so again. */
  shorten({ envelope, json, mark }: Line): string {
    const { seq, at } = envelope;
    const numbers = `"seq":${seq},"at":${at}`;
    if (this.#last && this.#short < MOST_SHORT && isSame(envelope, this.#last) && json.startsWith(`{"v":1,${numbers}${this.#spelled}`)) {
      this.#short++;
      return (
        (mark === undefined ? this.#row(envelope) : undefined) ??
        `{${numbers},"event":${json.slice(7 + numbers.length + this.#spelled.length)}`
      );
    }
    const { session, run, path } = envelope;
    this.#last = { session, run, path };
    this.#spelled = `,"session":${JSON.stringify(session)},"run":${JSON.stringify(run)},"path":${JSON.stringify(path)},"event":`;
    this.#short = 0;
    this.#inputs.clear();
    return json;
  }

  /** `[seq, at, type, ...values]`. */
  #row(envelope: Envelope): string | undefined {
    const { seq = 0, at, event } = envelope;
    const row = Object.keys(envelope).length === MEMBERS ? shortEvent(event) : undefined;
    if (!row) return undefined;
    const use = inputIn(row);
    if (use) this.#inputs.set(use.callId, JSON.stringify(use.input));
    if (row[0] !== "call.started") return JSON.stringify([seq, at, ...row]);
    const [, callId, input = null] = row;
    if (input === null) return undefined; // that says that it stands elsewhere
    const isKnown = this.#inputs.get(String(callId)) === JSON.stringify(input);
    return JSON.stringify([seq, at, ...(isKnown ? row.with(INPUT, null) : row)]);
  }

  /** What was written last may not be there: the next line is a long one. */
  forget(): void {
    this.#last = undefined;
  }
}

/** Of an envelope: v, seq, at, session, run, path, event. */
const MEMBERS = 7;
/** Where a line's row has its event: behind number and time. Seen from there, where `call.started` has its input and `block.completed` its block. */
const EVENT = 2;
const INPUT = 2;
const BLOCK = 3;

/** Of a call that a reply asks for. */
function inputIn(row: Row, from = 0): { readonly callId: string; readonly input: Json } | undefined {
  if (row[from] !== "block.completed") return undefined;
  const block = row[from + BLOCK];
  if (!isRow(block) || typeof block[0] !== "string") return undefined;
  return { callId: block[0], input: block[2] ?? null };
}

const isRow = (value: Json | undefined): value is Row => Array.isArray(value);

/** What the lines before a short one have told, for who reads them in their order. */
export class Told {
  #same: Same;
  readonly #inputs = new Map<string, Json>();

  constructor(same: Same = UNKNOWN) {
    this.#same = same;
  }

  get same(): Same {
    return this.#same;
  }

  /** A long line was read, or what is left of one. */
  begin({ session, run, path }: Same): void {
    this.#same = { session, run, path };
    this.#inputs.clear();
  }

  /** A line was spoiled. A call that it asked for comes without its input, and never with another one's. */
  forget(): void {
    this.#inputs.clear();
  }

  /** A short line's value as it was appended. */
  lengthen({ seq, at, event, ...rest }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return { v: 1, seq, at, ...this.#same, event, ...rest };
  }

  /** The event of a row that has it behind number and time; undefined for what isn't one. */
  eventIn(row: Row): { readonly [name: string]: Json } | undefined {
    const use = inputIn(row, EVENT);
    if (use) this.#inputs.set(use.callId, use.input);
    if (row[EVENT] !== "call.started" || row[EVENT + INPUT] !== null) return longEvent(row, EVENT);
    return longEvent(row.with(EVENT + INPUT, this.#inputs.get(String(row[EVENT + 1])) ?? {}), EVENT);
  }
}

const UNKNOWN: Same = { session: "", run: "", path: [] };

function isSame(one: Same, other: Same): boolean {
  return (
    one.session === other.session &&
    one.run === other.run &&
    one.path.length === other.path.length &&
    one.path.every((part, at) => part === other.path[at])
  );
}

/** Of a long line that is spoiled elsewhere. */
export function sameIn(bytes: Buffer): Same | undefined {
  const spelled = bytes.toString("utf8", 0, SPELLED_BYTES);
  const [, session = "", run = "", path = ""] = SPELLED.exec(spelled) ?? [];
  try {
    return session === ""
      ? undefined
      : { session: String(JSON.parse(session)), run: String(JSON.parse(run)), path: JSON.parse(path) as Same["path"] };
  } catch {
    return undefined; // spoiled just there
  }
}

const SPELLED_BYTES = 16 * 1024;
const SPELLED = /"session":("(?:[^"\\]|\\.)*"),"run":("(?:[^"\\]|\\.)*"),"path":(\[(?:"(?:[^"\\]|\\.)*",?)*\]),"event":/;
