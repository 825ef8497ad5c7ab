/** Against the language server of the TypeScript that this house is built with, and against servers that do everything wrong. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { expect, test } from "vitest";
import { diskFiles } from "../files/disk.ts";
import { scrub } from "../process/scrub.ts";
import { startProcess } from "../process/start.ts";
import { openLanguageServers, type LanguageServers } from "./language-servers.ts";
import { readSpec } from "./spec.ts";

const TSC = join(import.meta.dirname, "../../../../node_modules/.bin/tsc");
const TYPESCRIPT = { command: TSC, args: ["--lsp", "--stdio"], extensionToLanguage: { ".ts": "typescript" } };
const clock = {
  sleep: (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).then(nothing, nothing),
};

type World = AsyncDisposable & {
  readonly servers: LanguageServers;
  readonly told: readonly string[];
  put(name: string, words: string): Promise<string>;
  /** This one in place of what there was; none without it. */
  declare(config?: JsonObject): void;
  /** The diagnostics of a file, when they have come. */
  look(path: string): Promise<readonly string[]>;
};

async function world(config: JsonObject): Promise<World> {
  const home = await temporaryHome();
  const cwd = join(home.path, "project");
  await mkdir(cwd);
  await writeFile(join(cwd, "tsconfig.json"), "{}");
  const told: string[] = [];
  const transport = config["transport"] === "socket" ? "socket" : "stdio";
  const place = { cwd, env: scrub(process.env, process.platform), fill: (said: string) => said.replaceAll("${HERE}", cwd) };
  const specOf = (one: JsonObject) => readSpec({ name: "one", transport, config: one, file: "/plugin.json" }, place);
  const servers = openLanguageServers([specOf(config)], {
    run: startProcess,
    clock,
    files: diskFiles(),
    tell: (words) => told.push(words),
  });
  return {
    servers,
    told,
    async put(name, words) {
      await writeFile(join(cwd, name), words);
      return join(cwd, name);
    },
    declare: (one) => servers.renew(one ? [specOf(one)] : []),
    async look(path) {
      await servers.touch(path);
      await servers.settle(AbortSignal.timeout(20_000));
      const found = servers.diagnostics().get(path) ?? [];
      return found.map(({ severity, line, column, message, source, code }) => `${line}:${column} ${severity} ${message} ${source} ${code}`);
    },
    async [Symbol.asyncDispose]() {
      await servers[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

const nothing = (): void => {};

const node = (...args: readonly string[]): JsonObject => ({
  command: process.execPath,
  args,
  extensionToLanguage: { ".ts": "typescript" },
});
/** One that tells diagnostics unasked. */
const SERVER = join(import.meta.dirname, "../../test/language-server.mjs");
const words = (...modes: readonly string[]): JsonObject => node(SERVER, ...modes);
/** One that is a line of JavaScript. */
const script = (line: string): JsonObject => node("-e", line);

test("it tells what is wrong in a file, and that it is right again", async () => {
  await using w = await world(TYPESCRIPT);
  const path = await w.put("a.ts", 'export const n: number = "one";\n');
  expect(await w.look(path)).toEqual([expect.stringMatching(/^1:14 error .*not assignable to type 'number'.* 2322$/)]);
  await w.put("a.ts", "export const n: number = 1;\n");
  expect(await w.look(path)).toEqual([]);
  expect(w.told).toEqual([]);
});

test("a change of one file shows what it breaks in another", async () => {
  await using w = await world(TYPESCRIPT);
  const used = await w.put("used.ts", "export const n = 1;\n");
  const user = await w.put("user.ts", 'import { n } from "./used.ts";\nexport const m: number = n;\n');
  await w.look(used);
  const before = await w.look(user);
  await w.put("used.ts", 'export const n = "one";\n');
  await w.look(used);
  const after = w.servers.diagnostics().get(user) ?? [];
  expect(after.length).toBe(before.length + 1);
  expect(after.some(({ line, severity }) => line === 2 && severity === "error")).toBe(true);
});

test("a project that is set up otherwise is looked at again", async () => {
  await using w = await world(TYPESCRIPT);
  const path = await w.put("a.ts", "export const same = (one) => one;\n");
  const severities = () =>
    w.servers
      .diagnostics()
      .get(path)
      ?.map(({ severity }) => severity);
  await w.look(path);
  const strict = severities();
  const config = await w.put("tsconfig.json", '{ "compilerOptions": { "strict": false } }');
  w.servers.wrote([config]);
  await w.look(await w.put("b.ts", "export const other = 1;\n")); // whose answer comes from the new project
  expect([strict, severities()]).toEqual([["error"], ["hint"]]);
});

test("it answers questions about a place", async () => {
  await using w = await world(TYPESCRIPT);
  const path = await w.put("a.ts", "export const wanted = 1;\nexport const other = wanted;\n");
  const params = { textDocument: { uri: new URL(`file://${path}`).href }, position: { line: 1, character: 22 } };
  const answer = await w.servers.ask(path, "textDocument/definition", params, AbortSignal.timeout(20_000));
  expect(JSON.stringify(answer)).toContain('"start":{"line":0,"character":13}');
  expect(await w.servers.ask("/x.py", "textDocument/hover", params, AbortSignal.timeout(20_000))).toBe("No language server is for x.py.");
});

test("a server that tells unasked is waited for, and each state of a file has its own diagnostics", async () => {
  await using w = await world(words());
  const path = await w.put("a.ts", "all is well\n");
  expect(await w.look(path)).toEqual([]);
  await w.put("a.ts", "all is\n  wrong\n");
  expect(await w.look(path)).toEqual(["2:3 error This is wrong. words undefined"]);
  await w.put("a.ts", "all is well\n");
  expect(await w.look(path)).toEqual([]);
});

test("over a socket it is heard just the same, also about its end", async () => {
  await using w = await world({ ...words(), transport: "socket" });
  expect(await w.look(await w.put("a.ts", "wrong\n"))).toEqual(["1:1 error This is wrong. words undefined"]);
  await using dead = await world({ ...node("-e", "process.exit(3)", "--"), transport: "socket", maxRestarts: 0 });
  await dead.look(await dead.put("a.ts", ""));
  expect(dead.told).toEqual(["The language server one isn't started any more. It ended with code 3."]);
});

test("it gets its options and its settings", async () => {
  await using w = await world({ ...words("settings"), initializationOptions: { strict: true }, settings: { words: { level: 7 } } });
  const path = await w.put("a.ts", "well\n");
  await w.look(path);
  await w.put("a.ts", "wrong\n");
  expect(await w.look(path)).toEqual([expect.stringContaining('{"options":{"strict":true},"section":7}')]);
});

test("with diagnostics off nobody hears them, nor waits for them", async () => {
  await using w = await world({ ...words(), diagnostics: false });
  expect(await w.look(await w.put("a.ts", "wrong\n"))).toEqual([]);
  expect(w.servers.waiting).toBe(false);
});

test("one that never tells anything is waited for three times, and then no more", async () => {
  await using w = await world(words("mute"));
  const waited: boolean[] = [];
  for (const text of ["a", "b", "c", "d"]) {
    const path = await w.put("a.ts", text);
    const params = { textDocument: { uri: "" }, position: { line: 0, character: 0 } };
    await w.servers.ask(path, "textDocument/hover", params, AbortSignal.timeout(20_000)); // it runs, and knows the file
    waited.push(w.servers.waiting);
    await w.servers.settle(AbortSignal.timeout(10));
  }
  expect(waited).toEqual([true, true, true, false]);
});

test("one that dies at once is started as often as was said, and each end is told with its last words", async () => {
  await using w = await world({ ...script("console.error('no licence'); process.exit(3)"), maxRestarts: 1 });
  for (const name of ["a.ts", "b.ts", "c.ts", "d.ts"]) await w.look(await w.put(name, ""));
  expect(w.told).toEqual([
    "The language server one has ended; the next file that it is for starts it again. It ended with code 3. It said: no licence",
    "The language server one isn't started any more. It ended with code 3. It said: no licence",
  ]);
});

test("one that died over a file is started again by the next one, and knows what it is asked about", async () => {
  await using w = await world(words());
  const path = await w.put("a.ts", "wrong\n");
  await w.look(path);
  await w.look(await w.put("b.ts", "die\n"));
  expect(w.told).toEqual([expect.stringMatching(/^The language server one has ended; the next file .* It ended with code 1\.$/)]);
  expect(await w.look(path)).toEqual(["1:1 error This is wrong. words undefined"]);
});

test("restartOnCrash off: it isn't started again", async () => {
  await using w = await world({ ...script("process.exit(3)"), restartOnCrash: false });
  for (const name of ["a.ts", "b.ts"]) await w.look(await w.put(name, ""));
  expect(w.told).toEqual(["The language server one isn't started any more. It ended with code 3."]);
});

test("a program that isn't there is told in one line", async () => {
  await using w = await world({ command: "no-such-server", extensionToLanguage: { ".ts": "typescript" }, maxRestarts: 0 });
  await w.look(await w.put("a.ts", ""));
  expect(w.told).toEqual([expect.stringMatching(/^The language server one isn't started any more\. There is no program "no-such-server"/)]);
});

test.each([
  [
    "letters without end",
    "const say = () => { while (process.stdout.write('x'.repeat(9999))); process.stdout.once('drain', say); }; say()",
    /without a message/,
  ],
  ["a header without a length", "process.stdout.write('Hello: you\\r\\n\\r\\n{}'); setInterval(() => {}, 1000)", /without its length/],
  [
    "a message too large",
    "process.stdout.write('Content-Length: 99999999999\\r\\n\\r\\n{}'); setInterval(() => {}, 1000)",
    /more than 32 MiB/,
  ],
  ["what isn't JSON", "process.stdout.write('Content-Length: 2\\r\\n\\r\\n}{'); setInterval(() => {}, 1000)", /isn't JSON/],
])("one that prints %s is ended", async (_, line, why) => {
  await using w = await world({ ...script(line), maxRestarts: 0 });
  await w.look(await w.put("a.ts", ""));
  expect(w.told).toEqual([expect.stringMatching(why)]);
});

test("one that doesn't answer the greeting is ended after its time", async () => {
  await using w = await world({ ...script("setInterval(() => {}, 1000)"), startupTimeout: 50, maxRestarts: 0 });
  await w.look(await w.put("a.ts", ""));
  expect(w.told).toEqual(["The language server one isn't started any more. It wasn't ready after 50 ms."]);
});

test("one that talks without end is still heard, and ends with the session", async () => {
  await using w = await world({ ...words("flood"), shutdownTimeout: 100 });
  expect(await w.look(await w.put("a.ts", "wrong\n"))).toEqual(["1:1 error This is wrong. words undefined"]);
});

test("what was wrong with a file when it was first touched is known, however soon it changes", async () => {
  await using w = await world(words());
  const path = await w.put("a.ts", "wrong\n");
  await w.servers.touch(path);
  await w.put("a.ts", "wrong\nwrong\n");
  await w.look(path);
  expect([w.servers.before(path)?.length, w.servers.diagnostics().get(path)?.length]).toEqual([1, 2]);
});

test("one that is declared as it was goes on; one that isn't is ended, and what it found is gone", async () => {
  await using w = await world(words());
  const [path, pids] = [await w.put("a.ts", "wrong\n"), await w.put("pids", "")];
  const leaving = (name: string): JsonObject =>
    script(`require("node:fs").appendFileSync(${JSON.stringify(pids)}, "${name} "); import(${JSON.stringify(SERVER)})`);
  w.declare(leaving("first"));
  await w.look(path);
  w.declare(leaving("first"));
  expect(await w.look(path)).toEqual(["1:1 error This is wrong. words undefined"]);
  w.declare(leaving("second"));
  expect(w.servers.diagnostics().size).toBe(0);
  expect(await w.look(path)).toEqual(["1:1 error This is wrong. words undefined"]);
  expect(await readFile(pids, "utf8")).toBe("first second ");
  const asked = w.servers.ask(path, "textDocument/definition", {}, AbortSignal.timeout(20_000));
  w.declare();
  expect([await asked, await w.look(path), w.told]).toEqual(["The language server one was taken away.", [], []]);
});
