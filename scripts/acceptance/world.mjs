// A session of the product: its own settings, plugins named as on the command line, real tools, and a model that plays a script.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openSession } from "../../packages/harness/dist/index.js";
import { simulate } from "../../packages/simulator/dist/index.js";

const HOUSE = dirname(dirname(import.meta.dirname));
const CODE = join(HOUSE, "plugins", "code");
const WEB = join(HOUSE, "plugins", "web");
const LONGEST_MS = 60_000;

export const say = (text) => ({ blocks: [{ text }] });
export const call = (tool, input) => ({ blocks: [{ tool, input }] });

/** `replies`: as in a script of the simulator; behind the last one the model says "ok". `copied`: the plugin may write in its own folder. */
export async function world({ plugins, replies = [], files = {}, settings = {}, flags = {}, env = {}, copied = true, prepare }) {
  const home = mkdtempSync(join(tmpdir(), "keel-acceptance-"));
  const cwd = join(home, "project");
  mkdirSync(cwd);
  for (const [path, text] of Object.entries(files)) put(join(cwd, path), text);
  put(join(home, ".keel", "settings.json"), JSON.stringify(settings));
  put(join(home, ".npmrc"), "fetch-retries=0\n"); // there is no network: npx says so at once
  const named = copied ? plugins.map((root) => copyOf(root, join(home, "plugins"))) : plugins;
  await prepare?.({ cwd, home });
  const server = await simulate({ replies: (_, at) => replies[at] ?? say("ok") });
  const clock = {
    now: () => performance.now(),
    random: () => 0.5,
    sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  };
  const opening = await openSession({
    place: { cwd, home, keelHome: join(home, ".keel"), env: { PATH: process.env.PATH, HOME: home, ...env }, platform: process.platform },
    flags: { baseUrl: server.url, ...flags },
    plugins: [CODE, WEB],
    named,
    clock,
    wall: Date.now,
    version: "acceptance",
  });
  if (!opening.ok) {
    await server[Symbol.asyncDispose]();
    rmSync(home, { recursive: true, force: true });
    throw new Error(`refused: ${opening.refusal.text}`);
  }
  const { session } = opening;
  const envelopes = [];
  return {
    home,
    cwd,
    session,
    events: (type) => envelopes.flatMap(({ event }) => (event.type === type ? [event] : [])),
    get notices() {
      return this.events("notice.raised")
        .map(({ text }) => text)
        .join("\n");
    },
    get outcomes() {
      return this.events("call.completed").map(({ outcome }) => outcome);
    },
    get ended() {
      return this.events("run.ended").map(({ reason }) => reason);
    },
    get asked() {
      return server.requests.filter(({ path }) => path.startsWith("/v1/messages")).length;
    },
    /** What the model was sent the n-th time, as text. */
    sent: (at) => wordsIn(server.requests.filter(({ path }) => path.startsWith("/v1/messages"))[at]?.body),
    read: (path) => readFileSync(join(cwd, path), "utf8"),
    async prompt(words, longest = LONGEST_MS) {
      for await (const envelope of session.run([{ type: "text", text: words }], AbortSignal.timeout(longest))) envelopes.push(envelope);
    },
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function put(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** As an install would leave it: in a folder of its name. */
function copyOf(root, folder) {
  const copy = join(folder, basename(root));
  cpSync(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => basename(path) !== "node_modules" && basename(path) !== ".git",
  });
  return copy;
}

function wordsIn(value) {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(wordsIn).join("\n");
  return typeof value === "object" && value !== null ? Object.values(value).map(wordsIn).join("\n") : "";
}
