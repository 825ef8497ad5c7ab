import { sameByEveryWay } from "./histories.ts";
import { filesThatChange } from "./live.ts";
import { deniedAhead, judgedAgainstBash, readsAnything } from "./permissions.ts";
import { wildSession } from "./session.ts";

/** `npm run fuzz [-- sessions [first seed]]`: random endpoints with random faults; files that change while a session works; as many commands against bash, as many long texts behind what is denied, and a hundred times as many for what judges them. A broken law names its seed, and `npm run fuzz -- 1 SEED` plays it again. */
const [sessions = 10_000, first = 1] = process.argv
  .slice(2)
  .filter((word) => /^\d+$/.test(word))
  .map(Number);
const AT_ONCE = 8;

const ends: Record<string, number> = {};
const broken: string[] = [];
let requests = 0;
let effects = 0;
let next = first;

await Promise.all(
  Array.from({ length: Math.min(AT_ONCE, sessions) }, async () => {
    for (let seed = next++; seed < first + sessions; seed = next++) {
      try {
        const outcome = await wildSession(seed);
        for (const end of outcome.ends) ends[end] = (ends[end] ?? 0) + 1;
        requests += outcome.requests;
        effects += outcome.effects;
      } catch (error) {
        broken.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }),
);

console.log(
  `${sessions} sessions, ${requests} requests, ${effects} effects; ends: ${Object.entries(ends)
    .toSorted(([, a], [, b]) => b - a)
    .map(([end, times]) => `${end} ${times}`)
    .join(", ")}`,
);
broken.push(
  ...(await judgedAgainstBash(sessions, first)),
  ...(await readsAnything(sessions * 100, first)),
  ...(await deniedAhead(sessions, first)),
);
const histories = Math.max(20, Math.ceil(sessions / 10));
broken.push(...(await sameByEveryWay(histories, first)));
const storms = Math.max(2, Math.ceil(sessions / 500));
broken.push(...(await filesThatChange(storms, first)));
console.log(`${storms} sessions whose files change while they work`);
console.log(`${histories} histories resumed, forked, exported and taken in`);
console.log(
  `${sessions} commands judged against bash, ${sessions * 100} texts read as commands, rules and paths, ${sessions} behind what is denied`,
);
for (const line of broken.slice(0, 20)) console.log(line);
console.log(broken.length === 0 ? "No law was broken." : `${broken.length} laws were broken.`);
process.exitCode = broken.length === 0 ? 0 : 1;
