/**
 * Ends a process group, and on Linux what left it too: each child carries a mark in its environment,
 * and whoever carries it belongs to the call, whatever session or parent it has now.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export const MARK = "KEEL_PROCESS";
const KILL_ROUNDS = 8; // 1.3 seconds in all: a process may fork faster than it dies, and a busy machine is slow to let it die
const FIRST_LOOK = 5; // milliseconds; each look waits twice as long as the one before

/** `pid`: of the group's leader. `gently`: the mark of those that are told to end before all are ended, where these aren't all. */
export type Group = { readonly pid: number; readonly mark: string; readonly gently?: string };

/** TERM, then after `graceMs` KILL; settles when nobody is left, at once when nobody was. */
export async function endGroup(group: Group, graceMs: number): Promise<void> {
  if (!send(group, group.gently === undefined ? "SIGTERM" : 0)) return;
  for (const { pid } of group.gently === undefined ? [] : (membersOf(-1, group.gently) ?? [])) signalled(pid, "SIGTERM");
  for (let waited = 0, pause = FIRST_LOOK; waited < graceMs; waited += pause, pause *= 2) {
    await sleep(Math.min(pause, graceMs - waited));
    if (!send(group, 0)) return;
  }
  for (let round = 0, pause = FIRST_LOOK; round < KILL_ROUNDS && send(group, "SIGKILL"); round++, pause *= 2) await sleep(pause);
}

/** Those alone that are in the group of a leader, at once. */
export function killGroup(pid: number): void {
  signalled(-pid, "SIGKILL");
}

/** For a process that is about to exit and can't wait. */
export function killGroupNow(group: Group): void {
  send(group, "SIGKILL");
}

/** False for one that has ended and isn't collected yet, where the system tells. */
export function isRunning(pid: number): boolean {
  return existsSync("/proc/self") ? groupOf(String(pid)) !== undefined : signalled(pid, 0);
}

/** Says whether anybody was there. */
function send({ pid: group, mark }: Group, signal: NodeJS.Signals | 0): boolean {
  const members = membersOf(group, mark);
  const reached = signalled(-group, signal);
  for (const { pid, inGroup } of members ?? []) if (!inGroup) signalled(pid, signal);
  return members ? members.length > 0 : reached;
}

function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // gone, or somebody else's
  }
}

type Member = { readonly pid: number; readonly inGroup: boolean };

/** Who runs; a zombie that nobody has collected doesn't. Undefined on a system without /proc: there the group is all there is. */
function membersOf(group: number, mark: string): readonly Member[] | undefined {
  const names = orUndefined(() => readdirSync("/proc"));
  if (!names?.includes("self")) return undefined;
  const carried = Buffer.from(mark);
  const oldest = bornAfter(group);
  return names.flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) < oldest) return [];
    const inGroup = groupOf(name) === group;
    const carries = inGroup || orUndefined(() => readFileSync(`/proc/${name}/environ`))?.includes(carried);
    return carries ? [{ pid: Number(name), inGroup }] : [];
  });
}

/**
 * Ids are given in rising order: who belongs to a leader has a higher one, as long as the system hasn't begun anew since. Twenty
 * groups that end at once would look at every process of the machine many times.
 */
function bornAfter(leader: number): number {
  const last = Number(orUndefined(() => readFileSync("/proc/sys/kernel/ns_last_pid", "latin1")) ?? 0);
  return last >= leader ? leader : 0;
}

/** See proc_pid_stat(5): the name in brackets may hold anything; state, parent and group follow it. */
function groupOf(name: string): number | undefined {
  const stat = orUndefined(() => readFileSync(`/proc/${name}/stat`, "latin1"));
  const [state, , group] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return state === undefined || "ZXx".includes(state) ? undefined : Number(group);
}

/** What can't be read belongs to a process that is gone, or isn't ours to look at. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
