import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundle } from "./bundle.mjs";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "keel-bundle-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a module of Node's is loaded when one of its functions is called, not before", async () => {
  const said = await run({
    "main.js": `import { spawnSync } from "node:child_process";
      import whole from "node:child_process";
      import { createHash, randomUUID } from "crypto";
      const loaded = () => ["child_process", "crypto"].filter((name) => process.moduleLoadList.includes("NativeModule " + name));
      const before = loaded();
      const id = randomUUID(); // by the stand-in
      const drawn = loaded();
      createHash("sha256");
      export const main = () => ({ before, drawn, after: loaded(), id: id.length, both: spawnSync.name !== undefined && typeof whole.spawn, late: loaded() });`,
  });
  expect(said).toEqual({ before: [], drawn: [], after: ["crypto"], id: 36, both: "function", late: ["child_process", "crypto"] });
});

test("what isn't a plain function is the thing itself", async () => {
  const said = await run({
    "main.js": `import Emitter, { EventEmitter } from "node:events";
      import { exec } from "node:child_process";
      import { constants } from "node:fs";
      import { sep } from "node:path";
      import { promisify } from "node:util";
      import process_ from "node:process";
      class Own extends EventEmitter {}
      export const main = async () => {
        const { stdout } = await promisify(exec)("echo said"); // by its promisify.custom
        return { is: new Own() instanceof Emitter, stdout, constants: typeof constants.R_OK, sep, same: process_ === process };
      };`,
  });
  expect(said).toEqual({ is: true, stdout: "said\n", constants: "number", sep: "/", same: true });
});

test("a chunk that is loaded late has the start's classes, and nothing twice", async () => {
  const files = {
    "main.js": `import { Thing } from "./thing.js"; import { told } from "./told.js";
      export const main = async () => ({ same: (await import("./late.js")).make() instanceof Thing, told: told.length, here: import.meta.url.endsWith("/main.js") });`,
    "late.js": `import { Thing } from "./thing.js"; import { told } from "./told.js"; export const make = () => (told.push("late"), new Thing());`,
    "other.js": `import { told } from "./told.js"; told.push("never");`,
    "thing.js": `import { told } from "./told.js"; told.push("thing"); export class Thing {}`,
    "told.js": `export const told = [];`,
  };
  for (const asScript of [false, true]) expect(await run(files, asScript)).toEqual({ same: true, told: 2, here: true });
  expect(readdirSync(join(folder, "dist")).toSorted()).toEqual([expect.stringMatching(/^late-\w+\.js$/), "main.js", "start.cjs"]);
});

/** Bundles these files, and tells what `main` of the bundle gives. */
async function run(files: Readonly<Record<string, string>>, asScript = true): Promise<unknown> {
  const dist = join(folder, "dist");
  rmSync(dist, { recursive: true, force: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  await bundle("main", join(folder, "main.js"), { root: folder, folder: dist, outside: [], target: "node22", asScript });
  const script = `import(${JSON.stringify(join(dist, "main.js"))}).then(({ main }) => main()).then((said) => console.log(JSON.stringify(said)))`;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }));
}
