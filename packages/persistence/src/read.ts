import { setImmediate as breathe } from "node:timers/promises";
import type { Problem } from "@keelson/protocol";
import type { Disk } from "./disk.ts";
import { segmentPath } from "./layout.ts";
import { batches, type Batch, type Line } from "./lines.ts";
import { parseHeader, parseRecord, type Found } from "./record.ts";
import { seek } from "./seek.ts";
import { segmentsOf, type Segment } from "./segment.ts";
import type { Same } from "./short.ts";

/** Reads a session's records over its segments. The rule: never a gap. A line that is no record is passed over; when a number is missing, reading ends there and says so. */

/** `size`: of the spoiled stretch, 0 for a gap. `torn`: the file ends within a line, perhaps because it is being written. */
export type Finding = {
  readonly problem: Problem;
  readonly segment: Segment;
  readonly at: number;
  readonly size: number;
  readonly torn: boolean;
};
export type Report = (problem: Problem) => void;
/** `segments`: where they are known already. */
export type Source = {
  readonly disk: Disk;
  readonly folder: string;
  readonly segments?: readonly Segment[];
  readonly found: (finding: Finding) => void;
};

/** Records numbered over `after`, one by one. */
export async function* records(source: Source, after: number): AsyncGenerator<Found> {
  for await (const portion of portions(source, after)) for (const record of portion) yield record;
}

/** The same, as many at once as a read of the disk brings. Holds one chunk of one file at a time; what comes in while it reads is read too. */
export async function* portions(source: Source, after: number): AsyncGenerator<readonly Found[]> {
  const { disk, folder } = source;
  const segments = [...(source.segments ?? segmentsOf(disk, folder))];
  const known = segments.findLastIndex(({ base }) => base <= after);
  const chain = new Chain(source, segments[known]?.base ?? after, after);
  for (const [at, segment] of segments.entries()) {
    if (at < known) continue;
    const seal = (): number => {
      if (at === segments.length - 1 && disk.stat(segmentPath(folder, segment.epoch + 1)))
        segments.push(...segmentsOf(disk, folder, segment.epoch)); // taken over meanwhile
      return Math.min(Infinity, ...segments.slice(at + 1).map(({ base }) => base));
    };
    for await (const portion of within(disk, segment, chain, seal)) {
      const first = portion.findIndex(({ seq }) => seq > after);
      if (first >= 0) yield first === 0 ? portion : portion.slice(first);
    }
    if (chain.broken) return;
  }
}

/** `seal` is asked after each read of the disk: what was there before the next segment began is within that one's base. */
async function* within(disk: Disk, segment: Segment, chain: Chain, seal: () => number): AsyncGenerator<readonly Found[]> {
  if (chain.last >= seal() || !chain.enter(segment)) return;
  const fd = disk.open(segment.path, "read");
  try {
    const from = seek(disk, fd, disk.stat(segment.path)?.size ?? 0, chain.wanted);
    chain.jump(from);
    for (const batch of batches(disk, fd, from)) {
      yield chain.pass(segment, batch, seal());
      if (chain.broken || chain.astray || chain.last >= seal()) break;
      if (batch.more) await breathe();
    }
    if (!chain.astray) return chain.tell();
  } finally {
    disk.close(fd);
  }
  yield* within(disk, segment, chain.back(segment), seal);
}

/** Follows the numbers. Neighbouring bad lines are told as one finding. */
class Chain {
  last: number;
  broken = false;
  /** What a jump led to doesn't follow on what is wanted, so it has to be looked for line by line. */
  astray = false;
  /** Behind which number the reader begins; 0 once there. */
  wanted: number;
  readonly #found: (finding: Finding) => void;
  #jumped = false;
  #same: Same | undefined;
  /** Undefined behind a jump. */
  #line: number | undefined = 0;
  #bad:
    | { readonly segment: Segment; readonly at: number; readonly line: number | undefined; lines: number; size: number; torn: boolean }
    | undefined;

  constructor({ found }: Source, last: number, wanted: number) {
    this.last = last;
    this.wanted = wanted;
    this.#found = found;
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
    this.#jumped = false;
    this.wanted = 0;
    this.last = base;
    return this;
  }

  enter(segment: Segment): boolean {
    this.#line = 0;
    this.#jumped = false;
    this.#same = undefined;
    if (segment.base > this.last) this.#gap(segment, segment.base + 1, 0);
    return !this.broken;
  }

  pass(segment: Segment, batch: Batch, until: number): readonly Found[] {
    const passed: Found[] = [];
    for (const line of batch.lines) {
      if (this.last >= until) break;
      if (this.#line !== undefined) this.#line++;
      const record = line.ended ? this.#parse(line.bytes) : undefined;
      if (line.at === 0 && !record && parseHeader(line.bytes, segment.path)) continue;
      if (!record || record.seq <= this.last) {
        if (!this.#jumped) this.#spoiled(segment, line);
        continue;
      }
      this.tell();
      if (record.seq > this.last + 1) {
        if (this.#jumped) this.astray = true;
        else this.#gap(segment, record.seq, line.at);
        break;
      }
      this.#jumped = false;
      this.wanted = 0;
      this.last = record.seq;
      passed.push(record);
    }
    return passed;
  }

  #parse(bytes: Buffer | undefined): Found | undefined {
    const record = parseRecord(bytes, this.#same);
    if (record?.isLong) this.#same = record.envelope;
    return this.#same && record;
  }

  #spoiled(segment: Segment, { at, size, ended }: Line): void {
    this.#bad ??= { segment, at, line: this.#line, lines: 0, size: 0, torn: false };
    this.#bad.lines++;
    this.#bad.size = at + size - this.#bad.at;
    this.#bad.torn ||= !ended;
  }

  /** Says what was passed over since it last did. */
  tell(): void {
    if (!this.#bad) return;
    const { segment, line, lines, ...rest } = this.#bad;
    const text = rest.torn
      ? "The end was torn by a crash or a full disk; it was never acknowledged. Nothing to do."
      : `Passed over ${lines === 1 ? "a line" : `${lines} lines`} without a new whole record. Nothing to do, unless a record is said to be missing.`;
    this.#bad = undefined;
    this.#found({ segment, ...rest, problem: { severity: "warning", file: segment.path, ...(line !== undefined && { line }), text } });
  }

  #gap(segment: Segment, next: number, at: number): void {
    this.broken = true;
    const text = `Record ${this.last + 1} is missing (${next} stands there instead), so the session is read up to ${this.last} only. Restore the file from a copy, or go on from there.`;
    const problem: Problem = { severity: "error", file: segment.path, line: Math.max(1, this.#line ?? 1), text };
    this.#found({ problem, segment, at, size: 0, torn: false });
  }
}
