// Against a real bash: whatever it takes to run a program, a deny rule on that program sees it. Commands are made of random pieces; `zap` only says that it ran.
// They can reach nothing: no piece holds a slash, they start in an empty folder, and the programs they find are scripts of our own in another one, never links.
import { spawnSync } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { seeded } from "../../test/random.ts";
import { readCommand } from "./command.ts";
import { mayRemove } from "./hidden.ts";
import { codeIn, hidesProgram, ownWords, shellIn } from "./made.ts";
import { keepsToItself } from "./launchers.ts";
import { commandRestricts } from "./restrict-command.ts";
import { scan } from "./scan.ts";

const PIECES = [
  ..."zap zap zap x y true false env nohup sh -c eval echo xargs if then fi else while do done ! time coproc command exec in case esac".split(
    " ",
  ),
  ..."; ; & && || | |& ( ) { } >f <f 2>&1 # -- -n A=1".split(" "),
  ..."'zap' \"zap\" z\"ap\" 'z'ap z\\ap \\zap $Z ${Z} \"$Z\" $(zap) `zap` {zap,x} {zap,x} z?p \"zap;\" 'x;zap' $'zap' \n".split(" "),
  ...'zap zap [[ ]] ;; a) *) f() f { } $(( )) (( )) "$( )" ${x:-$(zap)} a=( \' # \\ <<E <<\'E\' <<<zap <<<"$Z" alias'.split(" "),
  ...["\n", "\n", "'zap x'", "\nE\n", "case x in", "function f", "for i in", "-c zap", "read Z", "zap=zap"],
];
const PROGRAMS = { sh: "/bin/sh", env: "/usr/bin/env", nohup: "/usr/bin/nohup", xargs: "/usr/bin/xargs" };

/** As the judge of removals looks at a text, were zap one. */
function sees(text: string, depth = 0): boolean {
  const scanned = scan(text, depth > 0);
  if (!scanned) return mayRemove(text.replaceAll(/z(["'\\])ap\1?/g, "zap").replaceAll("zap", "rm"));
  const commands = scanned.commands.map(({ words }) => ownWords(words)).filter((words) => words.length > 0);
  const named = commands.some((words) => words.includes("zap") && (words[0] === "zap" || !keepsToItself(words)));
  const shells = commands.some((words) => shellIn(words) !== -1);
  const code = [...commands.flatMap(codeIn), ...(shells ? [...scanned.texts, ...commands.flat().filter((word) => / /.test(word))] : [])];
  const piped = shells && scanned.commands.some(({ words }) => words.includes("zap")); // a shell reads a bare word: of rm, it has no operand
  return hidesProgram(scanned.commands) || named || piped || code.some((one) => sees(one, depth + 1));
}

it("finds every program that bash runs, or says that it can't tell", async () => {
  expect(PIECES.filter((piece) => /[/~]|[<>]$/.test(piece))).toEqual([]);
  await using home = await temporaryHome();
  const [work, bin, marks] = ["work", "bin", "marks"].map((name) => join(home.path, name));
  if (!work || !bin || !marks) throw new Error("no folders");
  await Promise.all([work, bin, marks].map((folder) => mkdir(folder)));
  const script = (name: string, text: string) => writeFile(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await script("zap", `: >'${marks}/ran'`);
  for (const [name, path] of Object.entries(PROGRAMS)) await script(name, `exec ${path} "$@"`);

  const pattern = readCommand("zap *", "deny");
  if (!pattern) throw new Error("the pattern can't be read");
  const random = seeded(11);
  const missed: string[] = [];
  const unseen: string[] = [];
  let ran = 0;
  for (let count = 0; count < 350; count += 1) {
    const text = Array.from({ length: 1 + random.below(7) }, () => random.pick(PIECES)).join(random.pick([" ", " ", " ", ""]));
    await writeFile(join(work, "f"), "zap\n");
    const env = { PATH: bin, HOME: work, Z: "zap" };
    spawnSync("/bin/bash", ["--noprofile", "--norc", "-c", `${text}\nwait`], { cwd: work, env, input: "", timeout: 2_000 });
    if ((await readdir(marks)).length === 0) continue;
    await rm(join(marks, "ran"));
    ran += 1;
    if (commandRestricts(pattern, text) === "no") missed.push(text);
    if (!sees(text)) unseen.push(text);
  }
  expect({ missed, unseen }).toEqual({ missed: [], unseen: [] });
  expect(ran).toBeGreaterThan(50);
});
