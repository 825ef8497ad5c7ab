// Installs what the lockfile names, once: in an unchanged checkout a second run only reads a few files.
// It runs on the machine's own Node, before anything is installed: Node 20 and no dependency, nothing newer.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { roomsOf } from "./rooms.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(ROOT, "node_modules", ".keel-setup");
const PNPM = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).packageManager;
const OLDEST_NODE = 20;

/** Without a network the tools' own patience is ten minutes. npm reads the first two, pnpm the others; times in ms. */
const QUICK_TO_GIVE_UP = {
  npm_config_fetch_retries: "1",
  npm_config_fetch_retry_mintimeout: "2000",
  pnpm_config_fetch_retries: "1",
  pnpm_config_fetch_retry_mintimeout: "2000",
};

/** What a failed install says, first match wins, and what to do about it. */
const NEXT_STEPS = [
  [
    /ERR_PNPM_(OUTDATED|FROZEN)_LOCKFILE/,
    `pnpm-lock.yaml doesn't fit a package.json. Run \`npx ${PNPM} install\` and commit the lockfile.`,
  ],
  [/ENOSPC|no space left/i, "The disk is full. Free about 1 GB, then run the same command again."],
  [
    /EACCES|EPERM|EROFS|permission denied/i,
    "A folder can't be written: see the path above. Make it yours, then run the same command again.",
  ],
  [
    /_CERT|certificate/i,
    "The registry's certificate isn't trusted here. Point NODE_EXTRA_CA_CERTS at your CA file, then run the same command again.",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|META_FETCH_FAIL|error sending request|network|socket hang up/i,
    "The first run needs the package registry and can't reach it. Check the connection, HTTPS_PROXY and `npm config get registry`, then run the same command again.",
  ],
];

process.exitCode = setUp();

function setUp() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE)
    return fail(
      `This needs Node ${OLDEST_NODE} or newer and found ${process.versions.node}. Get it from https://nodejs.org, then run the same command again.`,
    );

  const wanted = fingerprint();
  const found = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : undefined;
  if (found === wanted) return 0;

  console.error(
    found === undefined ? "Installing what keelson is built with, first time only…" : "Installing: a package.json or the lockfile changed…",
  );
  rmSync(STAMP, { force: true }); // an install that is cut off must not look like a whole one
  const install = spawnSync("npx", ["--yes", PNPM, "install", "--frozen-lockfile"], {
    cwd: ROOT,
    env: environment(),
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32", // npx is a .cmd file there
  });
  if (install.status === 0) {
    writeFileSync(STAMP, wanted);
    return 0;
  }
  return fail(explain(install));
}

/** Everything an install depends on. The folder too: the tools' start scripts carry it. */
function fingerprint() {
  const rooms = roomsOf(ROOT).map((room) => `${room}/package.json`);
  const hash = createHash("sha256").update(`${PNPM}\n${process.platform}-${process.arch}\n${ROOT}\n`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...rooms]) {
    const path = join(ROOT, file);
    if (existsSync(path)) hash.update(`${file}\n`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

function environment() {
  const env = { ...process.env, CI: "true" }; // nobody is there to answer a question
  if (!env.HOME) delete env.HOME; // set but empty, it would put caches beside the file system's root
  return { ...QUICK_TO_GIVE_UP, ...env };
}

function explain({ error, stdout, stderr, signal }) {
  if (error) return `npx can't be started (${error.message}). It comes with npm: install npm, then run the same command again.`;
  const said = `${stdout}\n${stderr}`.trim();
  const tail = said.split("\n").slice(-25).join("\n");
  if (signal) return `${tail}\n\nThe installation was stopped (${signal}). Run the same command again to go on.`;
  const [, nextStep] = NEXT_STEPS.find(([pattern]) => pattern.test(said)) ?? [];
  return `${tail}\n\nThe installation failed. ${nextStep ?? "The lines above say where; the same command goes on from there."}`;
}

function fail(words) {
  console.error(words);
  return 1;
}
