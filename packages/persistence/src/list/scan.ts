import { basename } from "node:path";
import {
  excerpt,
  hasTerms,
  isStoreError,
  wordsIn,
  type SearchHit,
  type SearchQuery,
  type SessionQuery,
  type SessionSummary,
} from "@keelson/protocol";
import { getBlob } from "../blobs.ts";
import type { Desk } from "../claim.ts";
import { unreadable } from "../failure.ts";
import { placesIn, type Place } from "../folders.ts";
import { isHeld } from "../lock.ts";
import { records } from "../read.ts";
import { restore } from "../record.ts";
import { brief, newestFirst, summarise } from "../summary.ts";
import { NO_HEADER } from "./absorb.ts";
import { wantedOf } from "./search.ts";

/** The same answers as the index gives, from the folders alone. Slower, and never wrong. A session that can't be read doesn't hide the others. */
type Scanned = { readonly folder: string; readonly summary: SessionSummary };

export async function scanList(desk: Desk, query: SessionQuery): Promise<readonly SessionSummary[]> {
  const titled: SessionSummary[] = [];
  for (const { folder, summary } of await scan(desk, query)) {
    const title = await reading(desk, folder, () => titleOf(desk, folder));
    if (title !== undefined) titled.push({ ...summary, title });
  }
  return titled;
}

export async function scanSearch(desk: Desk, query: SearchQuery): Promise<readonly SearchHit[]> {
  const { wanted, most } = wantedOf(query);
  const hits: SearchHit[] = [];
  const { tenant, cwd } = query;
  for (const one of wanted.length > 0 ? await scan(desk, { tenant, ...(cwd !== undefined && { cwd }) }) : []) {
    if (hits.length >= most) break;
    const hit = await reading(desk, one.folder, () => lastHit(desk, one, wanted));
    if (hit) hits.push(hit);
  }
  return hits;
}

/** Without most titles: those are asked of what is told, and no more. */
async function scan(desk: Desk, { cwd, status, parent, after, limit }: SessionQuery): Promise<readonly Scanned[]> {
  const all: Scanned[] = [];
  for (const place of placesIn(desk.disk, desk.root, cwd)) {
    const summary = await reading(desk, place.folder, () => briefly(desk, place));
    if (summary) all.push({ folder: place.folder, summary });
  }
  return all
    .map((one) => (one.summary.cwd === "" && cwd !== undefined ? { ...one, summary: { ...one.summary, cwd } } : one)) // it stands there by its slug
    .filter(({ summary }) => cwd === undefined || summary.cwd === cwd)
    .filter(({ summary }) => status === undefined || summary.status === status)
    .filter(({ summary }) => parent === undefined || summary.parent === parent)
    .filter(({ summary }) => after === undefined || newestFirst(after, summary) < 0)
    .toSorted((one, other) => newestFirst(one.summary, other.summary))
    .slice(0, limit);
}

async function briefly(desk: Desk, { folder, session }: Place): Promise<SessionSummary> {
  const held = isHeld(desk, folder);
  const short = brief(desk.disk, folder, session);
  if (short && short.cwd !== "") return { ...short, title: "", status: held ? "active" : short.status };
  const { summary, outline, whole } = await summarise({ disk: desk.disk, folder }, session);
  if (!whole) desk.report({ severity: "warning", file: folder, text: NO_HEADER });
  return { ...summary, status: held ? "active" : outline.status };
}

/** Says what is missing of it, on the way. */
async function titleOf({ disk, report }: Pick<Desk, "disk" | "report">, folder: string): Promise<string> {
  const { summary, lost } = await summarise({ disk, folder }, basename(folder));
  for (const problem of lost) report(problem);
  return summary.title;
}

async function lastHit({ disk, report }: Desk, { folder, summary }: Scanned, wanted: readonly string[]): Promise<SearchHit | undefined> {
  let last: SearchHit | undefined;
  const get = (digest: string): Uint8Array | undefined => getBlob({ disk, folder }, digest);
  for await (const found of records(
    { disk, folder, found: ({ lost, problem }) => (lost === undefined ? undefined : report(problem)) },
    0,
  )) {
    const words = wordsIn(restore(found, get, () => undefined).event);
    if (words && hasTerms(words.text, wanted))
      last = { session: summary, seq: found.seq, kind: words.kind, excerpt: excerpt(words.text, wanted) };
  }
  return last && { ...last, session: { ...summary, title: summary.title || (await titleOf({ disk, report: () => undefined }, folder)) } };
}

async function reading<T>({ report }: Desk, folder: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    const failure = unreadable(folder, error);
    if (!isStoreError(failure)) throw failure;
    report({ severity: "error", file: folder, text: failure.message });
    return undefined;
  }
}
