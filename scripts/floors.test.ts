import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { inspect } from "./floors.mjs";

const FLOORS = [["packages/protocol"], ["packages/core", "packages/model", "packages/testing"], ["packages/harness"], ["apps/cli"]];

/** Four floors, a guest and a plugin, with nothing wrong in them. */
const SOUND: Record<string, string> = {
  "packages/protocol/package.json": manifest("@k/protocol", ["zod"]),
  "packages/protocol/src/index.ts": 'export { noun } from "./noun.ts";\n',
  "packages/protocol/src/noun.ts": "export const noun = 1;\n",
  "packages/protocol/src/schemas.ts": 'import { z } from "zod";\nexport const schema = z.string();\n',
  "packages/core/package.json": manifest("@k/core", ["@k/protocol"], ["@k/testing"]),
  "packages/core/src/index.ts": 'import { noun } from "@k/protocol";\nexport const twice = noun * 2;\n',
  "packages/core/src/index.test.ts": 'import { tool } from "@k/testing";\ntool(process.env);\n',
  "packages/model/package.json": manifest("@k/model", ["@k/protocol"]),
  "packages/testing/package.json": manifest("@k/testing", ["@k/protocol"]),
  "packages/harness/package.json": manifest("@k/harness", ["@k/core", "@k/protocol"]),
  "packages/harness/src/index.ts": 'export { twice } from "@k/core";\n',
  "plugins/code/package.json": manifest("@k/plugin-code", []),
  "apps/cli/package.json": manifest("cli", ["@k/harness", "@k/plugin-code"]),
  "apps/cli/src/main.ts": "export const start = { home: process.env.HOME ?? process.cwd(), now: Date.now() };\n",
};

test("a sound house has no findings", async () => {
  expect(await findings({})).toEqual([]);
});

test.each([
  ["what stands beside it", "core/src/a.ts", 'import { m } from "@k/model";', "imports @k/model, which stands beside it"],
  ["what stands above it", "core/src/a.ts", 'export { twice } from "@k/harness";', "imports @k/harness, which stands above it"],
  ["only a type", "core/src/a.ts", 'import type { T } from "@k/harness";', "imports @k/harness, which stands above it"],
  ["a type in place", "core/src/a.ts", 'export type T = import("@k/model").T;', "imports @k/model, which stands beside it"],
  ["at run time", "core/src/a.ts", 'export const late = () => import("@k/model");', "imports @k/model, which stands beside it"],
  ["in a test", "core/src/a.test.ts", 'import { m } from "@k/model";', "imports @k/model, which stands beside it"],
  ["a guest outside of tests", "core/src/a.ts", 'import { tool } from "@k/testing";', "imports @k/testing, which stands beside it"],
  ["itself by name", "core/src/a.ts", 'import { twice } from "@k/core";', "imports @k/core, which is itself"],
  ["another room's files", "core/src/a.ts", 'import "../../model/src/m.ts";', "imports ../../model/src/m.ts, which is outside its room"],
  ["a plugin below apps", "harness/src/a.ts", 'import "@k/plugin-code";', "imports @k/plugin-code, a plugin, which only apps name"],
])("no import of %s", async (_, file, code, what) => {
  expect(await findings({ [`packages/${file}`]: `\n${code}\n` })).toEqual([`packages/${file}:2 [floors] ${what}`]);
});

test("a plugin imports nothing of ours", async () => {
  expect(await findings({ "plugins/code/tools/a.js": 'import { noun } from "@k/protocol";\n' })).toEqual([
    "plugins/code/tools/a.js:1 [floors] imports @k/protocol, and a plugin imports nothing of ours",
  ]);
});

test("what package.json asks for keeps the floors too", async () => {
  const changed = {
    "packages/model/package.json": manifest("@k/model", ["@k/protocol", "@k/testing"], ["@k/core"]),
    "packages/protocol/package.json": manifest("@k/protocol", ["zod", "semver"]),
    "packages/attic/package.json": manifest("@k/attic", []),
  };
  expect((await findings(changed)).toSorted()).toEqual([
    "packages/attic/package.json:1 [dependencies] stands on no floor of FLOORS",
    "packages/model/package.json:1 [dependencies] depends on @k/core, which stands beside it",
    "packages/model/package.json:1 [dependencies] depends on @k/testing, which stands beside it",
    "packages/protocol/package.json:1 [dependencies] depends on semver: floor 0 has zod only",
  ]);
});

test("protocol's root entry reaches no zod, however far away", async () => {
  const file = "packages/protocol/src/noun.ts";
  expect(await findings({ [file]: 'import type { S } from "./schemas.ts";\nexport const noun = 1;\n' })).toEqual([
    "packages/protocol/src/schemas.ts:1 [zod] brings zod into protocol's root entry",
  ]);
});

test.each([
  ["processes", 'import { spawn } from "node:child_process";', "starts processes by itself"],
  ["surroundings", "export const home = process.env.HOME;", "reads process.env"],
  ["surroundings", "export const { env } = process;", "reads process.env"],
  ["surroundings", 'import { cwd } from "node:process";', "reads process.cwd"],
  ["clock", "export const late = () => Date.now();", "reads Date.now()"],
  ["clock", "export const late = () => new Date();", "reads the time by new Date()"],
  ["clock", "export const luck = Math.random;", "calls Math.random()"],
  ["exports", 'export * from "./index.ts";', "exports *"],
  ["exports", "export default 1;", "has a default export"],
  ["exports", "const a = 1; export { a as default };", "has a default export"],
  ["state", "export let count = 0;", "has a module-level let"],
  ["state", "const seen = new Map<string, string>();", "has an empty collection that a module fills"],
  ["parse", "export const = 1;", "can't be read"],
])("%s: %s", async (rule, code, what) => {
  const found = await findings({ "packages/core/src/a.ts": `${code}\n` });
  expect(found).toEqual([expect.stringContaining(`packages/core/src/a.ts:1 [${rule}] ${what}`)]);
});

test("a word in a comment or a string is no breach, nor is a date that is given, nor state in a function", async () => {
  const code = [
    "// process.env, Date.now() and export * are only talked about",
    "export const words = \"import x from '@k/harness'; new Date()\";",
    "export const day = new Date(0);",
    "export function count() { let n = 0; return () => (n += 1); }",
    "",
  ];
  expect(await findings({ "packages/core/src/a.ts": code.join("\n") })).toEqual([]);
});

test.each(["it.skip", "test.only", "describe.todo", "describe.skip.each"])("no %s", async (call) => {
  expect(await findings({ "packages/core/src/a.test.ts": `${call}("later", () => undefined);\n` })).toHaveLength(1);
});

test("a file ends at line 350, and is named for what it is", async () => {
  const files = {
    "packages/core/src/long.ts": "\n".repeat(351),
    "packages/core/src/turn-utils.ts": "\n",
    "packages/core/src/Turn.ts": "\n",
  };
  expect(await findings(files)).toEqual([
    "packages/core/src/long.ts:350 [length] has 351 lines, over 350",
    'packages/core/src/Turn.ts:1 [names] is called "Turn"',
    'packages/core/src/turn-utils.ts:1 [names] is called "turn-utils"',
  ]);
});

test("an exception excuses one rule in one file, and is reported when it excuses nothing", async () => {
  const file = "packages/core/src/a.ts";
  const exceptions = [{ file, rule: "clock", reason: "it is the clock" }];
  expect(await findings({ [file]: "export const now = Date.now;\n" }, exceptions)).toEqual([]);
  expect(await findings({ [file]: "export const now = process.env;\n" }, exceptions)).toEqual([
    `${file}:1 [surroundings] reads process.env`,
    `${file}:1 [exceptions] is excused from "clock" and doesn't need it`,
  ]);
});

async function findings(changed: Record<string, string>, exceptions: { file: string; rule: string; reason: string }[] = []) {
  const root = await mkdtemp(join(tmpdir(), "keel-floors-"));
  try {
    for (const [file, content] of Object.entries({ ...SOUND, ...changed })) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), content);
    }
    const { findings } = await inspect(root, { floors: FLOORS, guests: ["packages/testing"], exceptions });
    return findings.map(({ file, line, rule, what }) => `${file}:${line} [${rule}] ${what}`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function manifest(name: string, runtime: readonly string[], forTests: readonly string[] = []): string {
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((one) => [one, "1"]));
  return JSON.stringify({ name, dependencies: versions(runtime), devDependencies: versions(forTests) });
}
