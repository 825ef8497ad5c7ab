// Real plugins of the community, checked out below one folder: `node scripts/acceptance.mjs DIR [--only WORD]`. Each subfolder of DIR is one repository.
// They are validated, loaded, and used in sessions of the product against a simulated model. Their code runs confined: no network, nothing to write but a temporary folder.
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { confined, inBox } from "./acceptance/box.mjs";
import { printed } from "./acceptance/table.mjs";

/** In this order. Each yields rows: `{ test, verdict: "pass" | "fail" | "left out", why }`. */
const PARTS = [
  () => import("./acceptance/loading.mjs"), // needs the house built, and its own Node
  () => import("./acceptance/known.mjs"),
  () => import("./acceptance/controls.mjs"),
  () => import("./acceptance/strangers.mjs"),
];

const named = process.argv[2];
const only = process.argv.includes("--only") ? process.argv.at(process.argv.indexOf("--only") + 1) : undefined;
const dir = resolve(named ?? ".");
if (named === undefined || named.startsWith("-"))
  refuse("Name the folder that the plugin repositories are checked out in: node scripts/acceptance.mjs DIR.");
else if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory())
  refuse(`NOT MEASURED: there is no folder ${dir}. Check out plugin repositories below it, one folder each.`);
else process.exitCode = inBox() ? await measure() : confined(dir, process.argv.slice(3));

async function measure() {
  const repositories = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  if (repositories.length === 0)
    return refuse(`NOT MEASURED: ${dir} has no folder in it. Check out plugin repositories below it, one folder each.`);
  const rows = [];
  for (const part of PARTS) {
    const { rows: told } = await part();
    for await (const row of told({ dir, repositories: repositories.map(({ name }) => ({ name, root: join(dir, name) })), only })) {
      rows.push(row);
      console.log(printed(row));
    }
  }
  const failed = rows.filter(({ verdict }) => verdict === "fail");
  const passed = rows.filter(({ verdict }) => verdict === "pass");
  console.log(
    `\n${passed.length} passed, ${failed.length} failed, ${rows.length - passed.length - failed.length} left out, in ${repositories.length} repositories.`,
  );
  for (const row of failed) console.log(printed(row));
  return failed.length === 0 && passed.length > 0 ? 0 : 1;
}

function refuse(words) {
  console.error(words);
  process.exitCode = 1;
  return 1;
}
