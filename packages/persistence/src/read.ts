import { setImmediate as breathe } from "node:timers/promises";
import type { Problem } from "@keelson/protocol";
import type { Disk } from "./disk.ts";
import { segmentPath } from "./layout.ts";
import { batches, type Batch, type Line } from "./lines.ts";
import { parseHeader, parseRecord, type Stored } from "./record.ts";
import { segmentsOf, type Segment } from "./segment.ts";

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
export type Source = { readonly disk: Disk; readonly folder: string; readonly found: (finding: Finding) => void };

/** Records numbered over `after`. Holds one chunk of one file at a time; what comes in while it reads is read too. */
export async function* records(source: Source, after: number): AsyncGenerator<Stored> {
  const { disk, folder } = source;
  const segments = [...segmentsOf(disk, folder)];
  const known = segments.findLastIndex(({ base }) => base <= after);
  const chain = new Chain(source, segments[known]?.base ?? after);
  for (const [at, segment] of segments.entries()) {
    if (at < known) continue;
    const seal = (): number => {
      if (at === segments.length - 1 && disk.stat(segmentPath(folder, segment.epoch + 1)))
        segments.push(...segmentsOf(disk, folder, segment.epoch)); // taken over meanwhile
      return Math.min(Infinity, ...segments.slice(at + 1).map(({ base }) => base));
    };
    for await (const record of within(disk, segment, chain, seal)) if (record.seq > after) yield record;
    if (chain.broken) return;
  }
}

/** `seal` is asked after each read of the disk: what was there before the next segment began is within that one's base. */
async function* within(disk: Disk, segment: Segment, chain: Chain, seal: () => number): AsyncGenerator<Stored> {
  if (chain.last >= seal() || !chain.enter(segment)) return;
  const fd = disk.open(segment.path, "read");
  try {
    for (const batch of batches(disk, fd)) {
      yield* chain.pass(segment, batch, seal());
      if (chain.broken || chain.last >= seal()) break;
      if (batch.more) await breathe();
    }
    chain.tell();
  } finally {
    disk.close(fd);
  }
}

/** Follows the numbers. Neighbouring bad lines are told as one finding. */
class Chain {
  last: number;
  broken = false;
  readonly #found: (finding: Finding) => void;
  #line = 0;
  #bad: { readonly segment: Segment; readonly at: number; readonly line: number; lines: number; size: number; torn: boolean } | undefined;

  constructor({ found }: Source, last: number) {
    this.last = last;
    this.#found = found;
  }

  enter(segment: Segment): boolean {
    this.#line = 0;
    if (segment.base > this.last) this.#gap(segment, segment.base + 1, 0);
    return !this.broken;
  }

  *pass(segment: Segment, batch: Batch, until: number): Generator<Stored> {
    for (const line of batch.lines) {
      if (this.last >= until) return;
      this.#line++;
      const record = line.ended ? parseRecord(line.bytes) : undefined;
      if (line.at === 0 && !record && parseHeader(line.bytes, segment.path)) continue;
      if (!record || record.seq <= this.last) {
        this.#spoiled(segment, line);
        continue;
      }
      this.tell();
      if (record.seq > this.last + 1) return this.#gap(segment, record.seq, line.at);
      this.last = record.seq;
      yield record;
    }
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
    this.#found({ segment, ...rest, problem: { severity: "warning", file: segment.path, line, text } });
  }

  #gap(segment: Segment, next: number, at: number): void {
    this.broken = true;
    const text = `Record ${this.last + 1} is missing (${next} stands there instead), so the session is read up to ${this.last} only. Restore the file from a copy, or go on from there.`;
    const problem: Problem = { severity: "error", file: segment.path, line: Math.max(1, this.#line), text };
    this.#found({ problem, segment, at, size: 0, torn: false });
  }
}
