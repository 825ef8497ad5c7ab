import type { Envelope } from "@keelson/protocol";

/**
 * Lines that follow each other say once which session, run and path they are of: a line without `v` has those of the last line with one.
 * A long line comes again and again, so that a reader who begins in the middle of a file meets one soon.
 */
export type Same = Pick<Envelope, "session" | "run" | "path">;
const MOST_SHORT = 100;

export class Repeats {
  #last: Same | undefined;
  #spelled = "";
  #short = 0;

  /** `json`: of the envelope, as it is or packed. Only what is spelled as we spell it gets shorter, so that it can be spelled so again. */
  shorten(envelope: Envelope, json: string): string {
    const { seq, at } = envelope;
    const numbers = `"seq":${seq},"at":${at}`;
    if (this.#last && this.#short < MOST_SHORT && isSame(envelope, this.#last) && json.startsWith(`{"v":1,${numbers}${this.#spelled}`)) {
      this.#short++;
      return `{${numbers},"event":${json.slice(7 + numbers.length + this.#spelled.length)}`;
    }
    const { session, run, path } = envelope;
    this.#last = { session, run, path };
    this.#spelled = `,"session":${JSON.stringify(session)},"run":${JSON.stringify(run)},"path":${JSON.stringify(path)},"event":`;
    this.#short = 0;
    return json;
  }

  /** What was written last may not be there: the next line is a long one. */
  forget(): void {
    this.#last = undefined;
  }
}

function isSame(one: Same, other: Same): boolean {
  return (
    one.session === other.session &&
    one.run === other.run &&
    one.path.length === other.path.length &&
    one.path.every((part, at) => part === other.path[at])
  );
}

/** A short line's value as it was appended. */
export function lengthen(value: Readonly<Record<string, unknown>>, { session, run, path }: Same): Readonly<Record<string, unknown>> {
  const { seq, at, event, ...rest } = value;
  return { v: 1, seq, at, session, run, path, event, ...rest };
}

/** Of a long line that is spoiled elsewhere. */
export function sameIn(bytes: Uint8Array): Same | undefined {
  const spelled = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SPELLED_BYTES)).toString();
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
