import { spawnSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
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
  for (const text of ["a $b", "a `b`", "a \\b", "a <<E", "a 'b"]) expect(looseCommands(text)).toBeUndefined();
});

it("agrees with bash about every command that it takes apart", async () => {
  await using home = await temporaryHome();
  await writeFile(join(home.path, "show"), `#!/bin/sh\nprintf '%s\\0' "$@"\n`);
  await chmod(join(home.path, "show"), 0o755);
  const random = seeded(7);
  const signs = [..."ab/-.=:@%^+,_ ''\"\"   $;*?~{}()[]#\\!&|<>"];
  const texts: string[] = [];
  while (texts.length < 250) {
    const text = `show ${Array.from({ length: 1 + random.below(14) }, () => random.pick(signs)).join("")}`;
    if (plainWords(text)) texts.push(text);
  }
  for (const batch of [texts.slice(0, 125), texts.slice(125)]) {
    const script = batch.map((text) => `${text}\nprintf '\\1'`).join("\n");
    const run = spawnSync("bash", ["--noprofile", "--norc", "-c", script], { cwd: home.path, env: { PATH: `${home.path}:/usr/bin:/bin` } });
    expect(run.stderr.toString()).toBe("");
    const seen = run.stdout.toString().split("\u0001").slice(0, -1);
    expect(seen).toEqual(
      batch.map(
        (text) =>
          (plainWords(text) ?? [])
            .slice(1)
            .map((word) => `${word}\0`)
            .join("") || "\0",
      ),
    );
  }
});
