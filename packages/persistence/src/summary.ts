import { basename, dirname, join } from "node:path";
import { isStoreError, NO_OUTLINE, type Outline, type Problem, type SessionSummary } from "@keelson/protocol";
import { getBlob } from "./blobs.ts";
import type { Disk } from "./disk.ts";
import { unreadable } from "./failure.ts";
import { namesIn } from "./folders.ts";
import { isSessionId, slugOf } from "./layout.ts";
import { portions, type Finding, type Source } from "./read.ts";
import { restore, type Found } from "./record.ts";
import { lastOf, segmentsOf, type Segment } from "./segment.ts";
import { outlineAfter, statusFrom } from "./standing.ts";
import { knownOf, type Known } from "./snapshot.ts";

/** What is told of a session from its folder alone. `whole`: false when nothing says which folder it worked in. */
export type Summarised = {
  readonly summary: Omit<SessionSummary, "status">;
  readonly outline: Outline;
  readonly head: number;
  readonly whole: boolean;
  /** What says which records are missing. */
  readonly lost: readonly Problem[];
  readonly segments: readonly Segment[];
};

export type Folder = Pick<Source, "disk" | "folder" | "trace">;

/** `from`: what is known already, instead of a snapshot. */
export async function summarise({ disk, folder, trace }: Folder, session: string, from?: Known): Promise<Summarised> {
  const segments = segmentsOf(disk, folder);
  const { header, cwd, written } = birthOf(disk, segments, { folder, session });
  const lost: Problem[] = [];
  const found = (finding: Finding): void => void (finding.lost !== undefined && lost.push(finding.problem));
  const known = from ?? knownOf(disk, folder, session) ?? { seq: 0, outline: NO_OUTLINE };
  const { seq, outline: told } = await outlineBehind({ disk, folder, segments, trace, found }, known);
  const { created = written, parent } = header ?? {};
  const updated = Math.max(created, told.updated);
  const summary = { ref: { tenant: "local", session }, cwd, created, updated, title: told.title, ...(parent !== undefined && { parent }) };
  return { summary, outline: told, head: seq, whole: header !== undefined, lost, segments };
}

/**
 * Of its own first; a fork's first segments are its parent's. `cwd`: where no header is left, what the sessions beside it say of the same folder;
 * empty when nobody knows. `written`: when its files last were, for want of a header.
 */
export function birthOf(
  disk: Disk,
  segments: readonly Segment[],
  { folder, session }: { readonly folder: string; readonly session: string },
): { readonly header: Segment["header"]; readonly cwd: string; readonly written: number } {
  const own = segments.filter(({ header }) => header?.session === session);
  const telling = [...own, ...segments].filter(({ header }) => header);
  const header = (telling.find((segment) => segment.header?.cwd !== "") ?? telling[0])?.header;
  const written = header ? 0 : Math.max(0, ...segments.map(({ path }) => disk.stat(path)?.mtimeMs ?? 0));
  return { header, cwd: header?.cwd || cwdBeside(disk, folder), written };
}

/** Of so many sessions one will do. */
const MOST_ASKED = 50;

function cwdBeside(disk: Disk, folder: string): string {
  const there = dirname(folder);
  for (const name of namesIn(disk, there).filter(isSessionId).slice(0, MOST_ASKED)) {
    const cwd = cwdsIn(disk, join(there, name)).find((one) => one !== "" && slugOf(one) === basename(there));
    if (cwd !== undefined) return cwd;
  }
  return "";
}

function cwdsIn(disk: Disk, folder: string): readonly string[] {
  try {
    return segmentsOf(disk, folder).map(({ header }) => header?.cwd ?? "");
  } catch (error) {
    if (!isStoreError(unreadable(folder, error))) throw error;
    return []; // the next one will tell
  }
}

/** Goes on from what is known. `seq`: of the last record that a reader gets to. `heard` gets what was read. */
export async function outlineBehind(source: Source, known: Known, heard?: (portion: readonly Found[]) => void): Promise<Known> {
  let { seq, outline: told } = known;
  for await (const portion of portions(source, seq)) {
    for (const found of portion) {
      told = outlineAfter(told, told.title === "" ? whole(source, found) : found.envelope);
      seq = found.seq;
    }
    heard?.(portion);
  }
  return { seq, outline: told };
}

/** A long prompt stands in a blob, and may be the title. */
function whole({ disk, folder }: Source, found: Found): Found["envelope"] {
  return restore(
    found,
    (digest) => getBlob({ disk, folder }, digest),
    () => undefined,
  );
}

/** The same without its title, from the ends of its files; undefined where the last record doesn't tell. */
export function brief(disk: Disk, folder: string, session: string): Omit<SessionSummary, "title"> | undefined {
  const segments = segmentsOf(disk, folder);
  const { header, cwd, written } = birthOf(disk, segments, { folder, session });
  const last = segments
    .toReversed()
    .map(({ path }) => lastOf(disk, path))
    .find((one) => one !== undefined);
  const { created = written, parent } = header ?? {};
  const status = last === undefined ? "idle" : last === "unknown" ? undefined : statusFrom(last.envelope.event);
  if (last === "unknown" || status === undefined) return undefined;
  const updated = Math.max(created, last?.envelope.at ?? 0);
  return { ref: { tenant: "local", session }, cwd, created, updated, status, ...(parent !== undefined && { parent }) };
}

export const newestFirst = (one: SessionSummary, other: SessionSummary): number =>
  other.updated - one.updated || other.created - one.created || fromLast(one.ref.session, other.ref.session);

const fromLast = (one: string, other: string): number => (one === other ? 0 : one < other ? 1 : -1);
