// Another parser's word: it prints each command of the corpus in its own form, and in that form the same commands must be found.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { print } from "sh-syntax";
import { expect, it } from "vitest";
import { analyseText } from "./analyse.ts";
import { readSource } from "./source.ts";
import { within } from "./unit.ts";

const CORPUS = join(import.meta.dirname, "../../../../../shared/corpus/permissions.jsonl");
const OWN = [
  "ls && (cd src; cat a | wc -l) || echo `date`",
  "if a; then b; fi; for i in 1; do c; done",
  "cat <<E | rm x\n$(git push)\nE",
  "a=$(b) c > d; f() { e; }; f",
];

const commands: readonly string[] = existsSync(CORPUS)
  ? readFileSync(CORPUS, "utf8")
      .split("\n")
      .filter(Boolean)
      .flatMap((line) => JSON.parse(line).input?.command ?? [])
      .filter((text: unknown) => typeof text === "string")
  : [];
if (commands.length === 0) console.warn(`NOT MEASURED: there is no permission corpus at ${CORPUS}`);

const found = (text: string): ReadonlySet<string> =>
  new Set(within(analyseText(text, "/home/dev/proj", "/home/dev").units).map(({ words }) => words.map((word) => word.text).join(" ")));

/** It takes some 30 ms a text, so a share of those with a structure. */
const chosen = commands.filter((text) => /[;&|`({<]/.test(text) && readSource(text).why === undefined).filter((_, at) => at % 6 === 0);

it("finds in each command what another parser's reading of it holds", async () => {
  const missed: unknown[] = [];
  let read = 0;
  for (const text of [...OWN, ...chosen]) {
    const printed = await print(text).catch(() => undefined);
    if (printed === undefined) continue;
    read += 1;
    const ours = found(text);
    const theirs = [...found(printed)].filter((command) => !ours.has(command));
    if (theirs.length > 0) missed.push({ text, theirs });
  }
  expect(missed).toEqual([]);
  expect(read).toBeGreaterThanOrEqual(OWN.length + chosen.length / 2);
});
