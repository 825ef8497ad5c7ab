import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, test } from "vitest";
import { bundle } from "./bundle.mjs";

test("a start carries of another package only what it takes itself, not what a late chunk takes from the same index", async () => {
  await using home = await temporaryHome();
  const files = {
    "package.json": '{ "type": "module" }',
    "node_modules/@keelson/thing/package.json":
      '{ "name": "@keelson/thing", "type": "module", "sideEffects": false, "exports": "./packages/thing/dist/index.js" }',
    "node_modules/@keelson/thing/packages/thing/dist/index.js":
      'export { early } from "./early.js";\nexport { late as later } from "./late.js";\n',
    "node_modules/@keelson/thing/packages/thing/dist/early.js": 'export const early = () => "early";\n',
    "node_modules/@keelson/thing/packages/thing/dist/late.js": 'export const late = () => "carried";\n',
    "apps/cli/dist/main.js":
      'import { early } from "@keelson/thing";\nexport const main = async () => [early(), (await import("./other.js")).other()];\n',
    "apps/cli/dist/other.js": 'import {\n  later as renamed,\n} from "@keelson/thing";\nexport const other = () => renamed();\n',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home.path, name)), { recursive: true });
    writeFileSync(join(home.path, name), content);
  }
  const folder = join(home.path, "dist");
  await bundle("main", join(home.path, "apps/cli/dist/main.js"), {
    root: home.path,
    folder,
    outside: [],
    target: "node22",
    asScript: true,
  });
  expect(readFileSync(join(folder, "start.cjs"), "utf8")).toContain("early");
  expect(readFileSync(join(folder, "start.cjs"), "utf8")).not.toContain("carried");
  const run = `import(${JSON.stringify(join(folder, "main.js"))}).then(({ main }) => main()).then((said) => console.log(JSON.stringify(said)))`;
  expect(JSON.parse(execFileSync(process.execPath, ["-e", run], { encoding: "utf8" }))).toEqual(["early", "carried"]);
});
