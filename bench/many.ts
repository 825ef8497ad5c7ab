import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSession, type Session } from "@keelson/harness";
import { text } from "@keelson/protocol";
import { realClock } from "@keelson/testing";

/** Opens so many sessions in this one process, runs them all at once, and prints what they cost: `many.ts URL COUNT`. */
const [url = "", wanted = "100"] = process.argv.slice(2);
const CODE = fileURLToPath(new URL("../plugins/code", import.meta.url));
const home = await mkdtemp(join(tmpdir(), "keel-many-"));

async function open(at: number): Promise<Session> {
  const cwd = join(home, `project-${at}`);
  await mkdir(cwd);
  await writeFile(join(cwd, "mine.txt"), `the secret of ${at}\n`.repeat(100));
  const place = { cwd, home, keelHome: join(home, ".keel"), env: { PATH: process.env["PATH"] }, platform: process.platform };
  const opening = await openSession({
    place,
    flags: { baseUrl: url },
    plugins: [CODE],
    clock: realClock,
    wall: () => Date.now(),
    version: "bench",
  });
  if (!opening.ok) throw new Error(opening.refusal.text);
  return opening.session;
}

/** True when it was told its own secret and nobody else's. */
async function run(session: Session, at: number): Promise<boolean> {
  let said = "";
  for await (const { event } of session.run([text(`I am ${at}.`)], new AbortController().signal)) {
    if (event.type === "block.completed" && event.block.type === "text") said = String(event.block["text"]);
  }
  return said === `the secret of ${at}`;
}

const first = await open(-1);
await run(first, -1); // what every process pays once
const before = process.memoryUsage.rss();
const sessions = await Promise.all(Array.from({ length: Number(wanted) }, (_, at) => open(at)));
const right = await Promise.all(sessions.map(run));
const after = process.memoryUsage.rss();
for (const session of [first, ...sessions]) await session[Symbol.asyncDispose]();
await rm(home, { recursive: true, force: true });
console.log(JSON.stringify({ before, after, mixedUp: right.filter((one) => !one).length }));
