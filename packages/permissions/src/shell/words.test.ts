import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { seeded } from "../../test/random.ts";
import { LONGEST, looseCommands, plainWords } from "./words.ts";

it("takes words apart as they are written, with quotes around text that no shell changes", () => {
  expect(plainWords("ls -la src/a.ts")).toEqual(["ls", "-la", "src/a.ts"]);
  expect(plainWords("  ls   -l ")).toEqual(["ls", "-l"]);
  expect(plainWords(`git commit -m "a (b); c" -m 'say "x"' --x="y z"`)).toEqual([
    "git",
    "commit",
    "-m",
    "a (b); c",
    "-m",
    'say "x"',
    "--x=y z",
  ]);
  expect(plainWords(`"r"'m' ''`)).toEqual(["rm", ""]);
});

const SIGNS = [
  "$",
  "`",
  ";",
  "&",
  "|",
  "<",
  ">",
  "(",
  ")",
  "{",
  "}",
  "[",
  "]",
  "*",
  "?",
  "!",
  "#",
  "~",
  "\\",
  "\n",
  "\r",
  "\t",
  "\0",
  "\u001b",
];
const HIDDEN = ["\u00a0", "\u200b", "\u202e", "\u2066", "\ufeff", "\u3000", "\u2028", "\u3164", "é"];
it.each([...SIGNS, ...HIDDEN].map((sign) => [JSON.stringify(sign), sign]))("takes no command apart that holds %s", (_, sign) => {
  for (const text of [`ls${sign}`, `ls ${sign} x`, `${sign}ls`, `ls a${sign}b`]) expect(plainWords(text)).toBeUndefined();
});

it.each(["", " ", "X=1 ls", '"" x', "a='b", 'a"', "'a\nb'", '"$x"', '"`x`"', '"a\\"', "'a!b'", `ls ${"a".repeat(LONGEST)}`])(
  "takes %j not apart",
  (text) => {
    expect(plainWords(text)).toBeUndefined();
  },
);

it("sees the parts of a chain, to find what must not run", () => {
  expect(looseCommands("a b && c | d; { e; } > f\n! g *.ts")).toEqual([["a", "b"], ["c"], ["d"], ["e"], ["f"], ["g", "*.ts"]]);
  for (const text of ["a $b", "a `b`", "a \\b", "a <<E", "a 'b", "{a,b}", 'x{"a",b}']) expect(looseCommands(text)).toBeUndefined();
});

// No slash and no tilde among the signs, and `show` the only program: were a sign ever taken for text, it could reach nothing.
it("agrees with bash about every command that it takes apart", async () => {
  await using home = await temporaryHome();
  const [work, bin] = [join(home.path, "work"), join(home.path, "bin")];
  await Promise.all([work, bin].map((folder) => mkdir(folder)));
  await writeFile(join(bin, "show"), `#!/bin/sh\nprintf '%s\\0' "$@"\n`, { mode: 0o755 });
  const random = seeded(7);
  const signs = [..."ab-.=:@%^+,_ ''\"\"   $;*?{}()[]#\\!&|<>"];
  const texts: string[] = [];
  while (texts.length < 250) {
    const text = `show ${Array.from({ length: 1 + random.below(14) }, () => random.pick(signs)).join("")}`;
    if (plainWords(text)) texts.push(text);
  }
  const script = texts.map((text) => `${text}\nprintf '\\1'`).join("\n");
  const run = spawnSync("/bin/bash", ["--noprofile", "--norc", "-c", script], { cwd: work, env: { PATH: bin, HOME: work } });
  expect(run.stderr.toString()).toBe("");
  const told = texts.map((text) => plainWords(text)?.slice(1) ?? []);
  const shown = told.map((words) => (words.length === 0 ? "\0" : words.map((word) => `${word}\0`).join("")));
  expect(run.stdout.toString().split("\u0001").slice(0, -1)).toEqual(shown);
});
