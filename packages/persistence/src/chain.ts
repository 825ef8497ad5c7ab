import { text } from "@keelson/protocol";
import { segmentPath } from "./layout.ts";
import type { Batch, Line } from "./lines.ts";
import type { Finding, Source } from "./read.ts";
import { parseHeader, parseRecord, type Found } from "./record.ts";
import type { Segment } from "./segment.ts";
import { sameIn, Told } from "./short.ts";

/** A stretch of neighbouring bad lines. `line`: undefined behind a jump. */
type Bad = {
  readonly segment: Segment;
  readonly at: number;
  readonly line: number | undefined;
  lines: number;
  size: number;
  torn: boolean;
};
/** A record that leaves numbers out: it counts when what stands behind it goes on from it, or nothing does. */
type Leap = { readonly record: Found; readonly line: Line; readonly number: number | undefined };

/** Follows the numbers of a log over its segments. Neighbouring bad lines are told as one finding, missing numbers as another. */
export class Chain {
  last: number;
  /** What a jump led to doesn't follow on what is wanted, so it has to be looked for line by line. */
  astray = false;
  /** Behind which number the reader begins; 0 once there. */
  wanted: number;
  readonly #source: Source;
  #jumped = false;
  #told = new Told();
  /** When the last record was written. */
  #at = 0;
  #line: number | undefined = 0;
  #bad: Bad | undefined;
  #leap: Leap | undefined;
  /** No record of the segment was met yet. */
  #isFirst = true;

  constructor(source: Source, last: number, wanted: number) {
    this.#source = source;
    this.last = last;
    this.wanted = wanted;
  }

  /** What stands between is taken for read. */
  jump(from: number): void {
    if (from === 0) return;
    this.#jumped = true;
    this.#line = undefined;
    this.last = this.wanted;
  }

  back({ base }: Segment): this {
    this.astray = false;
    this.wanted = 0;
    this.last = base;
    return this;
  }

  enter(segment: Segment): void {
    this.#line = 0;
    this.#jumped = false;
    this.#leap = undefined;
    this.#isFirst = true;
    this.#told = new Told({ session: segment.header?.session ?? "", run: "", path: [] });
  }

  pass(segment: Segment, batch: Batch, until: number): readonly Found[] {
    const passed: Found[] = [];
    for (const line of batch.lines) {
      if (this.last >= until) break;
      if (this.#line !== undefined) this.#line++;
      const record = line.ended ? this.#parse(line.bytes) : undefined;
      if (line.at === 0 && !record && parseHeader(line.bytes, segment.path)) continue;
      // beyond `until`: a late line of who was taken over
      if (!record || record.seq <= this.last || record.seq > until || record.seq === this.#leap?.record.seq) {
        if (!this.#jumped) this.#spoiled(segment, line, this.#line);
        continue;
      }
      passed.push(...this.#land(segment, record));
      if (this.last >= until) break;
      if (record.seq > this.last + 1) {
        if (this.#jumped) {
          this.astray = true;
          break;
        }
        this.#leap = { record, line, number: this.#line };
      } else passed.push(this.#take(record));
    }
    return passed;
  }

  /** What is still to be said and handed on at the end of a segment. */
  leave(segment: Segment): readonly Found[] {
    const passed = this.#land(segment);
    this.#tell();
    return this.#isFirst ? this.miss(segment.base, this.#before(segment)) : passed;
  }

  /** The log went up to `seq` once. */
  miss(seq: number, file: string, behind?: Found): readonly Found[] {
    return seq > this.last ? [this.#gap(seq, { file }, behind)] : [];
  }

  #take(record: Found): Found {
    this.#tell();
    this.#jumped = false;
    this.#isFirst = false;
    this.wanted = 0;
    this.last = record.seq;
    this.#at = record.envelope.at;
    return record;
  }

  /** Decides on a leap by the record behind it: one that goes back says that the leap's number was spoiled. */
  #land(segment: Segment, behind?: Found): readonly Found[] {
    const leap = this.#leap;
    if (!leap) return [];
    this.#leap = undefined;
    const { record, line, number } = leap;
    if (behind && behind.seq < record.seq) {
      this.#spoiled(segment, line, number);
      return [];
    }
    this.#tell();
    const lost = record.seq - 1;
    const before = this.#isFirst ? this.miss(Math.min(segment.base, lost), this.#before(segment), record) : [];
    const within = lost > this.last ? [this.#gap(lost, { file: segment.path, line: Math.max(1, number ?? 1) }, record)] : [];
    return [...before, ...within, this.#take(record)];
  }

  #parse(bytes: Buffer | undefined): Found | undefined {
    const record = parseRecord(bytes, this.#told);
    if (record?.isLong) this.#told.begin(record.envelope);
    if (record) return record;
    this.#told.forget();
    const same = bytes && sameIn(bytes);
    if (same) this.#told.begin(same); // what follows may be of the run that it began
    return undefined;
  }

  #spoiled(segment: Segment, { at, size, ended }: Line, line: number | undefined): void {
    this.#bad ??= { segment, at, line, lines: 0, size: 0, torn: false };
    this.#bad.lines++;
    this.#bad.size = at + size - this.#bad.at;
    this.#bad.torn ||= !ended;
  }

  /** Says what was passed over since it last did. */
  #tell(): void {
    if (!this.#bad) return;
    const { segment, line, lines, ...rest } = this.#bad;
    const text = rest.torn
      ? "The end was torn by a crash or a full disk; it was never acknowledged. Nothing to do."
      : `Passed over ${lines === 1 ? "a line" : `${lines} lines`} without a new whole record. Nothing to do, unless a record is said to be missing.`;
    this.#bad = undefined;
    const problem = { severity: "warning", file: segment.path, ...(line !== undefined && { line }), text } as const;
    this.#source.found({ segment, ...rest, lost: undefined, problem });
  }

  /** Where the numbers before a segment should stand: in the file that has none, or in the one before. */
  #before({ epoch }: Segment): string {
    const { disk, folder } = this.#source;
    for (let number = epoch - 1; number >= 0; number--) {
      const path = segmentPath(folder, number);
      if ((disk.stat(path)?.size ?? 0) === 0) return path;
    }
    return segmentPath(folder, Math.max(0, epoch - 1));
  }

  /** Up to `lost`. What is handed on in the place of all of them keeps the history one that can be sent, and tells the model. */
  #gap(lost: number, place: Pick<Finding["problem"], "file" | "line">, behind: Found | undefined): Found {
    const first = this.last + 1;
    const which = first === lost ? `Record ${first} is` : `Records ${first} to ${lost} are`;
    const advice = "the file is damaged there. What is whole behind that is read. Put the file back from a copy to have it all.";
    this.last = lost;
    const problem = { severity: "error", ...place, text: `${which} missing from this session: ${advice}` } as const;
    this.#source.found({ problem, segment: undefined, at: 0, size: 0, torn: false, lost });
    const { session, run, path } = behind?.envelope ?? this.#told.same;
    const words = `${which} missing here: the log of this session was damaged. Look at how things stand before you do anything again.`;
    const event = { type: "context.added", from: "harness", content: [text(words)] } as const;
    const envelope = { v: 1, seq: lost, at: behind?.envelope.at ?? this.#at, session, run, path, event } as const;
    return { seq: lost, envelope, mark: undefined, isLong: true };
  }
}
