// What bash really does with a command, against what the engine says of it. Commands are made of random pieces and can reach nothing:
// no piece holds a slash or leads up, they start in an empty folder, and the programs they find are scripts of our own in another one, never links.
// Where bubblewrap stands, they run within it as well.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAnalyse } from "../src/shell/analyse.ts";
import { CWD, verdict } from "./engine.ts";
import type { Random } from "./random.ts";

export const PIECES: readonly string[] = [
  ..."zap zap zap x y true false env nohup sh -c eval echo xargs if then fi else elif while until do done ! time coproc command exec in case esac".split(
    " ",
  ),
  ..."; ; & && || | |& ( ) { } >o <i >>g 2>&1 &>h # -- -n A=1 aa aa bb bb timeout 5 nice -i".split(" "),
  ..."'zap' \"zap\" z\"ap\" 'z'ap z\\ap \\zap $Z ${Z} \"$Z\" $(zap) `zap` {zap,x} {zap,x} z?p \"zap;\" 'x;zap' $'zap' \n".split(" "),
  ...'zap zap [[ ]] ;; a) *) f() f { } $(( )) (( )) "$( )" ${x:-$(zap)} a=( \' # \\ <<E <<\'E\' <<<zap <<<"$Z" alias'.split(" "),
  ...[
    "\n",
    "\n",
    "'zap x'",
    "\nE\n",
    "case x in",
    "function f",
    "for i in",
    "for z in aa zap; do",
    "for z in aa bb; do",
    "$z",
    '"$z"',
    "; done",
    "z=zap",
    "{z}>o",
    "-c zap",
    "read Z",
    "zap=zap",
    "$(aa)",
    '"$(bb x)"',
    "aa;",
    "bb|",
    "A=(aa)",
    "CI=(b)",
    '"$(zap)"',
    "<(aa)",
    ">(zap)",
  ],
];
const STUBS = ["zap", "aa", "bb", "x", "y", "f", "E"];
/** Programs of the system, by scripts that hand their words on. */
const REAL = {
  sh: "/bin/sh",
  bash: "/bin/bash",
  cat: "/bin/cat",
  env: "/usr/bin/env",
  nohup: "/usr/bin/nohup",
  xargs: "/usr/bin/xargs",
  timeout: "/usr/bin/timeout",
  nice: "/usr/bin/nice",
};
export const BWRAP = "/usr/bin/bwrap";

export type Bench = { readonly work: string; readonly bin: string; readonly log: string; readonly confined: boolean };
/** `ran`: names of the stubs that were started. `wrote`: files that weren't there. */
export type Ran = { readonly ran: readonly string[]; readonly wrote: readonly string[] };

export async function openBench(root: string): Promise<Bench> {
  const bench = { work: join(root, "work"), bin: join(root, "bin"), log: join(root, "log"), confined: existsSync(BWRAP) };
  for (const folder of [bench.work, bench.bin]) await mkdir(folder, { recursive: true });
  const script = (name: string, text: string) => writeFile(join(bench.bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  for (const name of STUBS) await script(name, `echo ${name} >>'${bench.log}'`);
  for (const [name, path] of Object.entries(REAL)) await script(name, `exec ${path} "$@"`);
  return bench;
}

export const anyCommand = (random: Random): string =>
  Array.from({ length: 1 + random.below(8) }, () => random.pick(PIECES)).join(random.pick([" ", " ", " ", ""]));

export async function runFor(text: string, { work, bin, log, confined }: Bench): Promise<Ran> {
  await writeFile(join(work, "i"), "zap\n"); // no piece is its bare name: what a script in a file runs isn't seen by anyone
  await writeFile(log, "");
  const env = { PATH: bin, HOME: work, Z: "zap" };
  const bash = ["/bin/bash", "--noprofile", "--norc", "-c", `${text}\nwait`];
  const [file = "", ...args] = confined
    ? [
        BWRAP,
        "--ro-bind",
        "/",
        "/",
        "--bind",
        work,
        work,
        "--bind",
        log,
        log,
        "--dev",
        "/dev",
        "--unshare-all",
        "--die-with-parent",
        ...bash,
      ]
    : bash;
  spawnSync(file, args, { cwd: work, env, input: "", timeout: 2_000, killSignal: "SIGKILL" });
  const wrote = (await readdir(work)).filter((name) => name !== "i");
  for (const name of wrote) await rm(join(work, name), { recursive: true, force: true });
  const changed = (await readFile(join(work, "i"), "utf8")) !== "zap\n";
  return { ran: [...new Set((await readFile(log, "utf8")).split("\n").filter(Boolean))], wrote: changed ? [...wrote, "i"] : wrote };
}

const analyse = createAnalyse("/home/dev");

/** What the engine said that isn't so; undefined where nothing is. */
export async function contradiction(text: string, { ran, wrote }: Ran): Promise<string | undefined> {
  const open = await verdict("Bash", text, { rules: { allow: ["Bash"], deny: ["Bash(zap *)"] } });
  if (ran.includes("zap") && open === "allow") return "a denied program ran, and it was allowed";
  const ruled = await verdict("Bash", text, { rules: { allow: ["Bash(aa *)", "Bash(bb *)"] } });
  if (ruled === "allow" && ran.some((name) => name !== "aa" && name !== "bb")) return `it was allowed, and ran ${ran.join(" and ")}`;
  if (ruled === "allow" && wrote.length > 0) return `it was allowed, and wrote ${wrote.join(" and ")}`;
  const { readOnly } = analyse(text, CWD);
  return readOnly && (ran.length > 0 || wrote.length > 0)
    ? `it was taken for read-only, and did ${[...ran, ...wrote].join(" and ")}`
    : undefined;
}
