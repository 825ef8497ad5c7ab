// Walks the newcomer's path: a fresh clone, an empty home, no caches, then `npm start` and `npm test`, each twice.
// It sees what is committed, not what lies about in the working copy. `--start-only` leaves the tests out.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Seconds. The second time everything is there: this is far above what it takes, and far below what an install takes. */
const AGAIN_WITHIN = 15;
/** How the machine reaches the registry; everything else of the caller's environment is left behind. */
const CARRIED =
  /^((https?|no|all)_proxy|node_extra_ca_certs|ssl_cert_(file|dir)|npm_config_(cafile|https_proxy|proxy|noproxy)|lang|systemroot|comspec|pathext|windir)$/i;

const commands = process.argv.includes("--start-only") ? ["npm start"] : ["npm start", "npm test"];
const away = mkdtempSync(join(tmpdir(), "keel-newcomer-"));
try {
  process.exitCode = walk();
} finally {
  rmSync(away, { recursive: true, force: true, maxRetries: 3 });
}

function walk() {
  const clone = join(away, "keelson");
  const head = output("git", ["rev-parse", "--short", "HEAD"]);
  output("git", ["clone", "--quiet", "--no-hardlinks", ROOT, clone]);
  const env = newcomersEnvironment();
  const node = output("node", ["--version"], env);
  const rows = [...commands.map((command) => [command, Infinity]), ...commands.map((command) => [`${command} (again)`, AGAIN_WITHIN])].map(
    ([title, within]) => {
      console.log(`\n=== ${title}`);
      return { title, within, ...timed(title.replace(" (again)", ""), clone, env) };
    },
  );

  console.log(`\nA newcomer at ${head}, Node ${node}:\n\n${"command".padEnd(20)}${"exit".padStart(5)}${"seconds".padStart(9)}`);
  for (const { title, code, seconds, within } of rows)
    console.log(
      `${title.padEnd(20)}${String(code).padStart(5)}${seconds.toFixed(1).padStart(9)}${seconds > within ? `  over ${within}` : ""}`,
    );
  return rows.every(({ code, seconds, within }) => code === 0 && seconds <= within) ? 0 : 1;
}

function timed(command, cwd, env) {
  const started = performance.now();
  const { status, signal } = spawnSync(command, { cwd, env, shell: true, stdio: ["ignore", "inherit", "inherit"] });
  return { code: status ?? signal, seconds: (performance.now() - started) / 1000 };
}

function newcomersEnvironment() {
  const home = join(away, "home");
  const temporary = join(away, "tmp");
  for (const folder of [home, temporary]) mkdirSync(folder);
  const PATH = process.env.PATH.split(delimiter)
    .filter((dir) => !dir.includes(`${sep}node_modules`))
    .join(delimiter);
  const carried = Object.fromEntries(Object.entries(process.env).filter(([name]) => CARRIED.test(name)));
  const registry = output("npm", ["config", "get", "registry"]);
  return { ...carried, PATH, HOME: home, USERPROFILE: home, TMPDIR: temporary, TEMP: temporary, npm_config_registry: registry };
}

function output(command, args, env = process.env) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    env,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr.trim()}`);
  return stdout.trim();
}
