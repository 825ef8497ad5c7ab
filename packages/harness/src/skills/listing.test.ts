import assert from "node:assert/strict";
import { test } from "vitest";
import { announce, entryLine, findSkills, listSkills } from "./listing.ts";
import type { Entry } from "./shelf.ts";

const WINDOW = 200_000; // tokens: 1 % of it are 8,000 characters
const BUDGET = 8_000;

function entry(id: string, more: Partial<Omit<Entry, "decl">> & { readonly decl?: Partial<Entry["decl"]> } = {}): Entry {
  const { decl, ...rest } = more;
  return {
    id,
    decl: { name: id, file: `/s/${id}/SKILL.md`, dir: `/s/${id}`, description: `What ${id} does`, fields: {}, ...decl },
    kind: "skill",
    origin: "installed",
    layer: "plugin",
    within: "/s",
    forModel: true,
    forUser: true,
    nameOnly: false,
    ...rest,
  };
}
const many = (count: number, letters: number, origin: Entry["origin"] = "installed"): Entry[] =>
  Array.from({ length: count }, (_, at) =>
    entry(`s${String(at).padStart(5, "0")}`, { origin, decl: { description: "d".repeat(letters) } }),
  );
const sizeOf = ({ fixed, live }: ReturnType<typeof listSkills>): number => fixed.length + live.length;
const lines = (text: string): string[] => text.split("\n").filter((line) => line.startsWith("- "));

test("an entry is its name, its description and when to use it, on one line of at most 1,536 letters behind the name", () => {
  assert.equal(entryLine(entry("a", { decl: { whenToUse: "with\n b" } })), "- a: What a does - with b");
  const long = entryLine(entry("a", { decl: { description: "x".repeat(2_000) } }));
  assert.equal(long.length, "- a: ".length + 1_536);
  assert.equal(entryLine(entry("a", { nameOnly: true })), "- a");
});

test("the model is told what it may start, and nothing of what is the user's alone or waits for a file", () => {
  const entries = [entry("a"), entry("b", { forModel: false }), entry("c", { forUser: false }), entry("d", { decl: { paths: ["x"] } })];
  assert.deepEqual(lines(listSkills(entries, { window: WINDOW }).fixed), ["- a: What a does", "- c: What c does"]);
  assert.deepEqual(listSkills([entry("b", { forModel: false })], { window: WINDOW }), { fixed: "", live: "" });
});

test("what plugins bring stands apart from the user's own, so that it is the same for everyone who has them", () => {
  const installed = many(100, 200);
  const mine = many(100, 200, "user").map((one) => ({ ...one, id: `mine-${one.id}` }));
  const alone = listSkills(installed, { window: WINDOW });
  const together = listSkills([...mine, ...installed], { window: WINDOW });
  assert.equal(together.fixed, alone.fixed);
  assert.equal(alone.live, "");
  assert.equal(lines(together.live).length, 100);
  assert.ok(sizeOf(together) <= BUDGET, String(sizeOf(together)));
});

test("what doesn't fit loses its description and keeps its name: the least started first, of equals the last by name", () => {
  const entries = many(40, 300);
  const plain = lines(listSkills(entries, { window: WINDOW }).fixed);
  const whole = plain.filter((line) => line.includes(": "));
  assert.equal(plain.length, 40);
  assert.ok(whole.length > 10 && whole.length < 40);
  assert.deepEqual(whole, plain.slice(0, whole.length));
  const counts = new Map([["s00039", 2]]);
  const counted = lines(listSkills(entries, { window: WINDOW, counts }).fixed).filter((line) => line.includes(": "));
  assert.equal(counted.length, whole.length);
  assert.ok(counted.at(-1)?.startsWith("- s00039: "));
});

test("the settings may widen both bounds, and the environment may name the whole", () => {
  assert.ok(sizeOf(listSkills(many(40, 300), { window: WINDOW, characters: 2_000 })) <= 2_000);
  const wide = listSkills(many(40, 300), { window: WINDOW, partOfWindow: 0.1, longestEntry: 100 });
  assert.ok(lines(wide.fixed).every((line) => line.length === "- s00000: ".length + 100));
});

test("25,000 skills stay within the budget, and it is said how to find the others", () => {
  const entries = many(25_000, 300);
  const listing = listSkills(entries, { window: WINDOW });
  assert.ok(sizeOf(listing) <= BUDGET, String(sizeOf(listing)));
  const shown = lines(listing.fixed);
  assert.match(shown.at(-1) ?? "", /and 2\d{4} more: call Skill with a word/);
  assert.equal(Number(/and (\d+) more/.exec(listing.fixed)?.[1]) + shown.length - 1, 25_000);
});

test("the order in which entries come and unseen letters in them change nothing", () => {
  const entries = [entry("b"), entry("a", { decl: { description: "What\u{E0041}\u202E a\n does" } })];
  assert.equal(listSkills(entries, { window: WINDOW }).fixed.endsWith("- a: What a does\n- b: What b does"), true);
});

test("a word finds skills by name first, then by what they say of themselves", () => {
  const entries = [entry("pdf-tools"), entry("x", { decl: { description: "Fills forms in a PDF" } }), entry("y")];
  assert.deepEqual(
    findSkills(entries, "pdf").map(({ id }) => id),
    ["pdf-tools", "x"],
  );
  assert.deepEqual(findSkills(entries, "nothing"), []);
});

test("what comes into play later is announced as it would have been listed", () => {
  assert.match(announce([entry("a"), entry("b", { forModel: false })]), /\n- a: What a does$/);
  assert.equal(announce([entry("b", { forModel: false })]), "");
});
