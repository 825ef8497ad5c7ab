// One session in a process of its own, to be killed: prints the seq of each event once it was handed on, which is when it counts as stored.
import { setTimeout as wait } from "node:timers/promises";
import { openSession } from "@keelson/harness";

const [cwd, home, url, plugin] = process.argv.slice(2);
const opening = await openSession({
  place: { cwd, home, keelHome: `${home}/.keel`, env: { PATH: process.env.PATH }, platform: process.platform },
  flags: { baseUrl: url, permissionMode: "bypassPermissions" },
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
