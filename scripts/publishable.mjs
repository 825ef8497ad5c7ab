// Looks at each library package as the registry would get it: publint on its manifest and files, attw on its types.
// The published command is looked at where it is made (package.mjs): it has no types.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { roomsOf } from "./rooms.mjs";

const ROOT = dirname(import.meta.dirname);
const BIN = join(ROOT, "node_modules", ".bin");
const run = promisify(execFile);

const away = mkdtempSync(join(tmpdir(), "keel-packed-"));
try {
  const rooms = roomsOf(ROOT).filter((room) => !room.startsWith("apps/") && manifestOf(room).private !== true);
  const troubles = (await inLanes(rooms, troubleWith)).flat();
  for (const trouble of troubles) console.error(trouble);
  process.exitCode = troubles.length === 0 ? 0 : 1;
} finally {
  rmSync(away, { recursive: true, force: true });
}

/** attw needs a second of processor time for each. */
async function inLanes(items, act) {
  const left = [...items];
  const lane = async () => {
    const done = [];
    for (let item = left.shift(); item !== undefined; item = left.shift()) done.push(...(await act(item)));
    return done;
  };
  return await Promise.all(Array.from({ length: availableParallelism() }, lane));
}

async function troubleWith(room) {
  const { name, exports } = manifestOf(room);
  const { stdout } = await run(join(BIN, "pnpm"), ["pack", "--json", "--pack-destination", away], { cwd: join(ROOT, room) });
  const { filename } = JSON.parse(stdout);
  const said = await Promise.all([
    trouble("publint", ["run", filename, "--strict"]),
    exports && hasTypes(exports) && trouble("attw", [filename, "--profile", "esm-only", "--format", "ascii", "--no-color", "--no-emoji"]),
  ]);
  return said.filter(Boolean).map((words) => `${name}\n${words}\n`);
}

function hasTypes(exports) {
  return Object.values(exports).some((entry) => typeof entry === "object" && "types" in entry);
}

/** What it says when it isn't content. */
async function trouble(program, words) {
  return await run(join(BIN, program), words, { cwd: away }).then(
    () => undefined,
    ({ stdout, stderr }) => `${stdout}${stderr}`.trim(),
  );
}

function manifestOf(room) {
  return JSON.parse(readFileSync(join(ROOT, room, "package.json"), "utf8"));
}
