// Who may import whom, and what the house doesn't write: `node scripts/floors.mjs`, part of `npm run check`.
// Floor n imports floors below n; never beside, never above. Every rule below can be pointed at, every exception has a reason.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { readHouse } from "./floors/house.mjs";
import { RULES } from "./floors/rules.mjs";

/** Bottom first. A folder that isn't here is refused: a new room says on which floor it stands. */
export const FLOORS = [
  ["packages/protocol"],
  [
    "packages/core",
    "packages/model",
    "packages/tools",
    "packages/permissions",
    "packages/compaction",
    "packages/persistence",
    "packages/store-postgres",
    "packages/hooks",
    "packages/mcp",
    "packages/loader",
    "packages/install",
    "packages/simulator",
    "packages/testing",
    "packages/client",
  ],
  ["packages/harness", "packages/distribution"],
  ["apps/cli", "apps/server"],
];

/** What tests may use from beside them: any room above floor 0 may have these as devDependencies. */
export const GUESTS = ["packages/simulator", "packages/testing"];

/** What one file may do that its neighbours may not. One that excuses nothing any more is reported too. */
export const EXCEPTIONS = [
  { file: "packages/testing/src/script.ts", rule: "clock", reason: "a scripted reply needs an id that no other has" },
  { file: "plugins/guard/scripts/commits.mjs", rule: "processes", reason: "a hook is a program of its own: nobody hands it anything" },
  { file: "plugins/guard/scripts/hook.mjs", rule: "surroundings", reason: "a hook is a program of its own: nobody hands it anything" },
];

/** Every breach that no exception excuses, and every exception that excuses nothing. */
export async function inspect(root, { floors = FLOORS, guests = GUESTS, exceptions = EXCEPTIONS } = {}) {
  const house = await readHouse(root, floors, guests);
  const found = RULES.flatMap(({ rule, todo, find }) => find(house).map((finding) => ({ line: 1, ...finding, rule, todo })));
  const excuses = ({ file, rule }) => exceptions.some((one) => one.file === file && one.rule === rule);
  const idle = exceptions
    .filter(({ file, rule }) => !found.some((finding) => finding.file === file && finding.rule === rule))
    .map(({ file, rule }) => ({
      file,
      line: 1,
      rule: "exceptions",
      what: `is excused from "${rule}" and doesn't need it`,
      todo: "Take it off EXCEPTIONS.",
    }));
  return { files: house.files.length, findings: [...found.filter((finding) => !excuses(finding)), ...idle] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files, findings } = await inspect(dirname(import.meta.dirname));
  for (const { file, line, rule, what, todo } of findings) console.log(`${file}:${line} [${rule}] ${what}. ${todo}`);
  console.log(`${files} files, ${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
