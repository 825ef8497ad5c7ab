/** What a call would change, for the leases: its tools' files, and those that its command's text names. Links are followed. */
import { lstat, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { hasCode, type AnalyseShell, type BoundCall, type Effect } from "@keelson/protocol";
import type { Change, Leases } from "./leases.ts";

/** In words who is changing a file that the call would change; the file is the caller's from now on when nobody is. */
export async function takenBy(leases: Leases, agent: string, call: BoundCall, analyse: AnalyseShell): Promise<string | undefined> {
  const effects = call.effects.flatMap((effect) => (effect.do === "shell" ? analyse(effect.text, effect.cwd).effects : [effect]));
  const changes = (await Promise.all(effects.map(changesOf))).flat();
  const other = leases.take(agent, changes) ?? (effects.some(isUnknown) ? leases.namedIn(agent, wordsOf(call)) : undefined);
  return other && `${other.by} is changing ${other.path}. Leave it to that one, or wait until it has ended.`;
}

/** Nobody knows what it changes: what it speaks of may be among it. */
const isUnknown = (effect: Effect): boolean => effect.do === "unknown";

const wordsOf = ({ effects, input }: BoundCall): string =>
  effects.flatMap((effect) => (effect.do === "shell" ? [effect.text] : [])).join("\n") || JSON.stringify(input);

/** A link is what it leads to, and itself too where it is removed. That a folder is written says nothing of what stands in it. */
async function changesOf(effect: Effect): Promise<readonly Change[]> {
  if (effect.do !== "write" && effect.do !== "delete") return [];
  const { path } = effect;
  const ends = effect.do === "delete" ? [await endOf(path), await nameOf(path)] : [await endOf(path)];
  const whole = effect.do === "delete" || effect.under === true;
  const changes = await Promise.all([...new Set(ends)].map(async (end) => ({ path: end, under: await isFolder(end) })));
  return changes.filter(({ under }) => whole || !under);
}

const MOST_LINKS = 40; // Linux gives up after as many

/** Where a path leads, also where nothing stands there yet. */
async function endOf(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!hasCode(error, ["ENOENT"]) || links > MOST_LINKS) return path; // nothing can be changed through it
  }
  const named = await nameOf(path);
  const isLink = (await lstat(named).catch(() => undefined))?.isSymbolicLink() === true;
  return isLink ? await endOf(resolve(dirname(named), await readlink(named)), links + 1) : named;
}

/** The link itself, in the folder where it stands. */
async function nameOf(path: string): Promise<string> {
  const folder = dirname(path);
  return folder === path ? path : join(await endOf(folder), basename(path));
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
