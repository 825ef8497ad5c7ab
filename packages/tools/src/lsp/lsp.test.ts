/** The block LSP, with the language server of the TypeScript that this house is built with. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "@keelson/protocol";
import { expect, test } from "vitest";
import { openWorld, type World } from "../../test/world.ts";
import { diskFiles } from "../files/disk.ts";
import { scrub } from "../process/scrub.ts";
import { startProcess } from "../process/start.ts";
import { openLanguageServers } from "./language-servers.ts";
import type { Lsp } from "./ports.ts";
import { readSpec } from "./spec.ts";

const TSC = join(import.meta.dirname, "../../../../node_modules/.bin/tsc");
const FILES = {
  "tsconfig.json": "{}",
  "shape.ts": "export interface Shape {\n  area(): number;\n}\n",
  "square.ts":
    'import type { Shape } from "./shape.ts";\nexport class Square implements Shape {\n  area(): number {\n    return side() ** 2;\n  }\n}\nexport function side(): number {\n  return 3;\n}\n',
  "use.ts": 'import { side } from "./square.ts";\nexport const total = side() + side();\n',
};

type Scene = AsyncDisposable & { readonly world: World; ask(operation: string, more: { readonly [key: string]: Json }): Promise<string> };

async function scene(hidden: readonly string[] = []): Promise<Scene> {
  let lsp: Lsp | undefined;
  const world = await openWorld({
    lsp: { ask: async (...words) => (await lsp?.ask(...words)) ?? "none" },
    hidden: () => async (path) => hidden.some((name) => path.endsWith(name)),
  });
  for (const [name, words] of Object.entries(FILES)) await world.put(name, words);
  const config = { command: TSC, args: ["--lsp", "--stdio"], extensionToLanguage: { ".ts": "typescript" } };
  const place = { cwd: world.cwd, env: scrub(process.env, process.platform), fill: (words: string) => words };
  const clock = { sleep: (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).then(nothing, nothing) };
  const ports = { run: startProcess, clock, files: diskFiles(), tell: nothing };
  const servers = openLanguageServers([readSpec({ name: "ts", transport: "stdio", config, file: "/p" }, place)], ports);
  lsp = servers;
  return {
    world,
    ask: async (operation, more) => (await world.call("LSP", { operation, ...more })).text,
    async [Symbol.asyncDispose]() {
      await servers[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

const nothing = (): void => {};

test("a name leads to where it stands, to all who use it, and to what it is", async () => {
  await using s = await scene();
  const at = { filePath: "use.ts", line: 2, symbol: "side" };
  expect(await s.ask("goToDefinition", at)).toBe("square.ts:7:17  export function side(): number {");
  expect((await s.ask("findReferences", at)).split("\n").toSorted()).toEqual([
    "square.ts:4:12  return side() ** 2;",
    "square.ts:7:17  export function side(): number {",
    'use.ts:1:10  import { side } from "./square.ts";',
    "use.ts:2:22  export const total = side() + side();",
    "use.ts:2:31  export const total = side() + side();",
  ]);
  expect(await s.ask("hover", { filePath: "use.ts", line: 2, character: 22 })).toContain("side(): number");
  expect(await s.ask("goToImplementation", { filePath: "shape.ts", line: 1, symbol: "Shape" })).toMatch(
    /^square\.ts:2:14 {2}export class Square/m,
  );
});

test("what a file and a project declare is listed with its kind", async () => {
  await using s = await scene();
  const declared = await s.ask("documentSymbol", { filePath: "square.ts" });
  expect(declared).toMatch(/^square\.ts:2:14 {2}class Square/m);
  expect(declared).toMatch(/^square\.ts:3:3 {4}method area/m);
  expect(await s.ask("workspaceSymbol", { filePath: "use.ts", query: "Squ" })).toMatch(/^square\.ts:2:\d+ {2}class Square/m);
});

test("who calls a function, and what it calls", async () => {
  await using s = await scene();
  expect(await s.ask("incomingCalls", { filePath: "square.ts", line: 7, symbol: "side" })).toMatch(/square\.ts:3:3 {2}method area/);
  expect(await s.ask("outgoingCalls", { filePath: "square.ts", line: 3, symbol: "area" })).toMatch(/square\.ts:7:17 {2}function side/);
});

test("a file that a rule keeps from being read is left out", async () => {
  await using s = await scene(["use.ts"]);
  expect(await s.ask("findReferences", { filePath: "square.ts", line: 7, symbol: "side" })).not.toContain("use.ts");
});

test("what is missing, or can't be found, is said with what to do", async () => {
  await using s = await scene();
  expect(await s.ask("goToDefinition", { filePath: "use.ts" })).toBe("goToDefinition needs line: where the name stands.");
  expect(await s.ask("hover", { filePath: "use.ts", line: 2 })).toBe("hover needs character, or symbol: the name on that line.");
  expect(await s.ask("hover", { filePath: "use.ts", line: 2, symbol: "circle" })).toMatch(/^circle doesn't stand on line 2\./);
  expect(await s.ask("workspaceSymbol", { filePath: "use.ts" })).toMatch(/needs query/);
  expect(await s.ask("documentSymbol", { filePath: "gone.ts" })).toMatch(/gone\.ts/);
  await s.world.put("notes.md", "# n\n");
  expect(await s.ask("documentSymbol", { filePath: "notes.md" })).toBe("No language server is for notes.md.");
});
