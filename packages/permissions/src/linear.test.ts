import { expect, it } from "vitest";
import { CRAFTED } from "../test/crafted.ts";
import { CWD, verdict } from "../test/engine.ts";
import { spell, type Known } from "./path/links.ts";
import { analyseText } from "./shell/analyse.ts";
import { readSource } from "./shell/source.ts";
import { within } from "./shell/unit.ts";

/** Words of all commands that a text is taken apart into. */
const words = (text: string): number => within(analyseText(text, CWD, "/home/dev").units).reduce((sum, one) => sum + one.words.length, 0);

/** A share of them: others in the fuzzer. */
const SOME = CRAFTED.filter((_, at) => at % 29 === 0);
const AMPLE = 12; // words a letter, in the worst of texts

it("takes no text apart into more words than grow with its length, whatever it is made of", () => {
  const over = SOME.filter(({ make }) => words(make(2_000)) > 20_000 + AMPLE * 2_000).map(({ name }) => name);
  expect(over).toEqual([]);
});

it.each([
  "env -S a ".repeat(60),
  "sudo --foo ".repeat(200),
  "eval eval eval eval ".repeat(50),
  "env -S 'env -S x' ".repeat(100),
  "npx -c 'npx -c x' ".repeat(100),
])("asks about what nests too deep, and denies what it still holds: %#", async (nest) => {
  const world = { rules: { allow: ["Bash"], deny: ["Bash(zap *)"] } };
  expect(await verdict("Bash", `${nest}x`, world)).toBe("ask!");
  expect(await verdict("Bash", `${nest}zap x`, world)).toBe("deny");
  expect(await verdict("Bash", `${nest}; zap x`, world)).toBe("deny");
  expect(await verdict("Bash", `${nest}x`, { ...world, mode: "bypassPermissions" })).toBe("ask!");
});

it("sees how deep substitutions stand in one another, whatever closes the patterns between them", () => {
  const why = (text: string) => readSource(text).why;
  const nested = (depth: number) => `${">(case x in x) y; ".repeat(depth)}z${";; esac)".repeat(depth)}`;
  expect(why(nested(50))).toBeUndefined();
  expect(why(nested(200))).toBe("it nests too deep");
  expect(why("$(case x in x) y;; (z) w;; esac); ".repeat(200))).toBeUndefined();
  expect(why('echo "in case (a) or b)"; '.repeat(300))).toBeUndefined();
});

it("knows no folder any more behind very many moves, and still the one that is named in full", async () => {
  const far = "cd a; ".repeat(500);
  const world = { rules: { allow: ["Bash"], deny: ["Read(/secret/**)"] } };
  expect(await verdict("Bash", `${far}cat x`, world)).toBe("ask!");
  expect(await verdict("Bash", `${far}cat ${CWD}/secret/x`, world)).toBe("deny");
});

it("lets no rule with a wildcard cover what runs where folders are left out", async () => {
  const world = { rules: { allow: ["Bash(cd *)", "Bash(cat *)"] } };
  const deep = `cd ${"a/".repeat(200)}b`;
  expect(await verdict("Bash", `${deep} && cd .. && cat x`, world)).toBe("allow");
  expect(await verdict("Bash", `${deep} && cd ${"a/".repeat(60)}b && ${"cd .. && ".repeat(300)} cat x`, world)).toBe("ask");
  expect(await verdict("Bash", `${"cd a; ".repeat(500)}cat x`, world)).toBe("ask");
});

it("denies what a text names that can't be read, however many words stand before it", async () => {
  const world = { rules: { allow: ["Bash"], deny: ["Read(/secret/**)", "Bash(zap *)"] } };
  const far = (count: number) => `) x ${Array.from({ length: count }, (_, at) => `a${at}`).join(" ")}; `;
  for (const count of [600, 1_600]) {
    expect(await verdict("Bash", `${far(count)}cat x`, world)).toBe("ask!");
    expect(await verdict("Bash", `${far(count)}cat secret/x`, world)).toBe("deny");
    expect(await verdict("Bash", `${far(count)}zap x`, world)).toBe("deny");
  }
});

it("denies a command whatever stands behind it", async () => {
  const world = { rules: { allow: ["Bash"], deny: ["Read(/secret/**)", "Bash(zap *)"] } };
  for (const { make } of SOME.filter((_, at) => at % 4 === 0))
    for (const denied of ["zap x", "cat secret/x"]) expect(await verdict("Bash", `${denied}\n${make(2_000)}`, world)).toBe("deny");
});

it("follows so many evals and braces, and asks about more", async () => {
  const world = { rules: { allow: ["Bash"], deny: ["Read(/secret/**)"] } };
  expect(await verdict("Bash", "eval 'cd a'; ".repeat(2) + "cat x", world)).toBe("allow");
  expect(await verdict("Bash", `${"eval 'cd /tmp'; ".repeat(200)}cat x`, world)).toBe("ask!");
  expect(await verdict("Bash", `${"eval 'cd /tmp'; ".repeat(500)}eval 'cat ${CWD}/secret/x'`, world)).toBe("deny");
  expect(await verdict("Bash", `${"bash -c 'x y'; ".repeat(50)}cat x`, world)).toBe("allow");
  expect(await verdict("Bash", "rm {1..60} ".repeat(100), world)).toBe("ask!");
  expect(await verdict("Bash", `${"echo $(".repeat(200)}x${")".repeat(200)}`, world)).toBe("ask!");
});

it("looks up each beginning of paths once, however many share it", async () => {
  const asked: string[] = [];
  const links = { readlink: async (path: string) => void asked.push(path) };
  const known: Known = new Map();
  const deep = "/a".repeat(200);
  for (let at = 0; at < 50; at += 1) await spell(`${deep}/${at}`, links, known);
  expect(asked).toHaveLength(250);
  expect((await spell("/a".repeat(3_000), links, known)).known).toBe(false);
});

it("looks for very many words in one of several folders: where all moves worked", async () => {
  const world = { rules: { allow: ["Bash"], deny: ["Read(/a/b/secret/**)", "Read(/other/**)"] } };
  const many = (count: number, last: string) =>
    `cd a; cd b; ${Array.from({ length: count }, (_, at) => `cat x${at}; `).join("")}cat ${last}`;
  expect(await verdict("Bash", many(100, "x"), world)).toBe("allow");
  expect(await verdict("Bash", many(900, "x"), world)).toBe("ask!");
  expect(await verdict("Bash", many(900, "secret/x"), world)).toBe("deny");
  expect(await verdict("Bash", many(900, `${CWD}/other/x`), world)).toBe("deny");
  const long = `cd ${"a".repeat(100)}; cd b; `;
  for (const one of ["cat x; a=b; ", "{ y; } >x; "]) expect(await verdict("Bash", long + one.repeat(700), world)).toBe("ask!");
  const moves = "cd a || cd b; ".repeat(700);
  expect(await verdict("Bash", moves, { ...world, mode: "bypassPermissions" })).toBe("ask!");
  expect(await verdict("Bash", `${moves}cd ${CWD}/other`, { ...world, mode: "bypassPermissions" })).toBe("deny");
  const ruled = { rules: { allow: ["Bash(cd *)", "Bash(cat *)"] } };
  expect(await verdict("Bash", many(100, "x"), ruled)).toBe("allow");
  expect(await verdict("Bash", many(900, "x"), ruled)).toBe("ask");
});

it("looks up so many paths of a command, asks about more, and denies what is named", async () => {
  const world = { rules: { allow: ["Bash"], deny: ["Read(/secret/**)"] } };
  const reads = (count: number) => `cd a; cd b; cd c; ${Array.from({ length: count }, (_, at) => `cat x${at}; `).join("")}`;
  expect(await verdict("Bash", reads(300), world)).toBe("allow");
  expect(await verdict("Bash", reads(900), world)).toBe("ask!");
  expect(await verdict("Bash", `${reads(900)}cat ${CWD}/secret/x`, world)).toBe("deny");
});

it("keeps so many letters of folders in mind, and holds no wildcard of a rule to cover what runs in others", async () => {
  const rules = { allow: ["Bash(cd *)", "Bash(cat *)"] };
  const far = (letters: number) => `cd ${"a".repeat(letters)}; cd b; cd c; cd d; cat x`;
  expect(await verdict("Bash", far(100), { rules })).toBe("allow");
  expect(await verdict("Bash", far(470), { rules })).toBe("ask");
});
