/** One process of bench/loader.ts: indexes the folder it is given, watches it, changes it, and prints what that cost. */
import { lstatSync, readdirSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { createCatalogCache, keepCatalogCache, readCatalog, watchCatalog, type PluginLayer } from "../packages/loader/dist/index.js";

const MB = 1e6;
const root = process.argv[2] ?? "";
const layers: readonly PluginLayer[] = [{ kind: "claude_user", root, within: "anywhere", format: "claude-folder" }];
const held = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().rss / MB;
};

async function timed(act: () => unknown): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

function walk(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) walk(path);
    else lstatSync(path);
  }
}

/** `kept`: this process is the next start, and does nothing but read. */
const [, , , folder = "", kept] = process.argv;
const place = { folder, version: "bench", readAt: Date.now() };
if (kept !== undefined) {
  const walked = await timed(() => walk(root));
  const start = async (): Promise<void> => void (await readCatalog(layers, createCatalogCache(place, layers)));
  console.log(JSON.stringify({ walkMs: walked, keptMs: await timed(start) }));
  process.exit();
}
const cache = createCatalogCache();
const before = held();
const coldMs = await timed(() => readCatalog(layers, cache));
const indexMb = held() - before;
await keepCatalogCache(place, layers, cache);
const walkMs: number[] = [];
const againMs: number[] = [];
for (let round = 0; round < 3; round++) {
  walkMs.push(await timed(() => walk(root)));
  againMs.push(await timed(() => readCatalog(layers, cache)));
}
const stop = new AbortController();
const clock = {
  now: () => performance.now(),
  sleep: (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }).catch(() => undefined),
};
const catalog = await readCatalog(layers, cache);
const unwatched = held();
const changes = watchCatalog({ catalog, cache, find: () => layers, clock }, stop.signal);
let next = changes.next();
await wait(3000); // until all watches are in place
const watchMb = held() - unwatched;
const swapMs: number[] = [];
for (let round = 0; round < 5; round++) {
  const swapped = next;
  swapMs.push(
    await timed(() => {
      writeFileSync(`${root}/skills/skill-${round}/SKILL.md`, `---\ndescription: changed in round ${round}\n---\nText.\n`);
      return swapped;
    }),
  );
  next = changes.next();
}
stop.abort();
await next;
console.log(JSON.stringify({ walkMs, coldMs, againMs, indexMb, watchMb, swapMs }));
