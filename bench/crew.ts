import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSession } from "@keelson/harness";
import { text } from "@keelson/protocol";
import { realClock } from "@keelson/testing";

/** One session with so many sub-agents at once; prints what each costs in memory, and how long an abort takes to end them all: `crew.ts URL COUNT`. */
const [url = "", wanted = "20"] = process.argv.slice(2);
const CODE = fileURLToPath(new URL("../plugins/code", import.meta.url));
const home = await mkdtemp(join(tmpdir(), "keel-crew-"));
const cwd = join(home, "project");
await mkdir(join(home, ".keel"), { recursive: true });
await mkdir(cwd);
await writeFile(join(home, ".keel", "settings.json"), JSON.stringify({ keel: { maxAgents: Number(wanted) } }));
const place = { cwd, home, keelHome: join(home, ".keel"), env: { PATH: process.env["PATH"] }, platform: process.platform };
const flags = { baseUrl: url, permissionMode: "bypassPermissions" } as const;
const opening = await openSession({ place, flags, plugins: [CODE], clock: realClock, wall: () => Date.now(), version: "bench" });
if (!opening.ok) throw new Error(opening.refusal.text);
await using session = opening.session;

const stop = new AbortController();
const running = new Set<string>();
const seen = new Map<string, number>();
let lost = 0;
let before = 0;
let peak = 0;
let aborted = 0;
for await (const { event, path, session: id, seq } of session.run([text("Start them.")], stop.signal)) {
  if (seq !== undefined) {
    if (seq !== (seen.get(id) ?? 0) + 1) lost++;
    seen.set(id, seq);
  }
  if (before === 0 && event.type === "block.completed") before = process.memoryUsage.rss();
  if (path.length === 1 && event.type === "call.progress") running.add(id);
  if (running.size < Number(wanted) || aborted > 0) continue;
  peak = process.memoryUsage.rss(); // each is in the middle of its shell call
  aborted = performance.now();
  stop.abort();
}
console.log(JSON.stringify({ agents: running.size, each: (peak - before) / running.size, abortMs: performance.now() - aborted, lost }));
await rm(home, { recursive: true, force: true });
