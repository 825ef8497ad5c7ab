// One session in a process of its own, to be killed: prints the seq of each event once it was handed on, which is when it counts as stored.
import { mkdir, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { openSession } from "@keelson/harness";

const [cwd, home, url, plugin, how] = process.argv.slice(2);

/** Says that it was asked, as a command that prints would, and never answers. */
async function hang() {
  const folder = `${home}/.keel/var/outputs/asked`;
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/ask-0.txt`, "BEFORE");
  return await wait(600_000);
}

const opening = await openSession({
  place: { cwd, home, keelHome: `${home}/.keel`, env: { PATH: process.env.PATH }, platform: process.platform },
  flags: { baseUrl: url, permissionMode: how === "asks" ? "default" : "bypassPermissions" },
  ...(how === "asks" && { ask: hang }),
  plugins: [plugin],
  clock: {
    now: () => performance.now(),
    random: Math.random,
    sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  },
  wall: Date.now,
  version: "test",
});
if (!opening.ok) throw new Error(opening.refusal.text);
for await (const { seq, event } of opening.session.run([{ type: "text", text: "go" }], new AbortController().signal)) {
  if (seq !== undefined) process.stdout.write(`${seq} ${event.type}\n`);
}
await opening.session[Symbol.asyncDispose]();
