import { strict as assert } from "node:assert";
import { Readable } from "node:stream";
import { test } from "vitest";
import { openWorld } from "../../test/world.ts";
import { leavingOut } from "./leave-out.ts";

const FILES = { "a.ts": "key one\nb\nkey two\n", ".env": "key=secret\n", "deep/.env": "key=deep\n" };

async function openGuarded() {
  const world = await openWorld({ hidden: () => async (path) => path.endsWith(".env") });
  for (const [name, content] of Object.entries(FILES)) await world.put(name, content);
  return world;
}

test("a file that a rule keeps from being read is in no answer of a search, whatever is asked for", async () => {
  await using world = await openGuarded();
  const said = async (name: string, input: Record<string, string | boolean | number>) => (await world.call(name, input)).text;
  assert.equal(await said("Grep", { pattern: "key" }), "a.ts");
  assert.equal(await said("Grep", { pattern: "key", output_mode: "count" }), "a.ts:2");
  assert.equal(await said("Grep", { pattern: "key", output_mode: "content" }), "a.ts:1:key one\na.ts:3:key two");
  assert.equal(await said("Grep", { pattern: "two", output_mode: "content", "-n": false, "-B": 1 }), "a.ts-b\na.ts:key two");
  assert.equal(await said("Grep", { pattern: "secret", output_mode: "content" }), "No matches.");
  assert.equal(await said("Grep", { pattern: "secret", path: ".env", output_mode: "content" }), "No matches.");
  assert.equal(await said("Glob", { pattern: "**/*" }), "a.ts");
});

test("nor is it told whether a file with NUL bytes has what is looked for", async () => {
  await using world = await openGuarded();
  for (const name of [".env", "b.bin"]) await world.put(name, "key=secret\n\0");
  const said = async (path: string) => (await world.call("Grep", { pattern: "secret", output_mode: "content", path })).text;
  assert.match(await said("b.bin"), /^b\.bin: binary file matches/);
  assert.equal(await said(".env"), "No matches.");
});

test("a search says of itself that it leaves such files out, and says nothing of the kind where nobody tells it which", async () => {
  await using guarded = await openGuarded();
  await using open = await openWorld();
  for (const [world, filtered] of [
    [guarded, true],
    [open, undefined],
  ] as const) {
    for (const name of ["Glob", "Grep"]) {
      const bound = world.bind(name, { pattern: "x" });
      assert.ok(bound.ok);
      assert.deepEqual(
        bound.call.effects.map((effect) => (effect.do === "read" ? effect.filtered : "?")),
        [filtered],
      );
    }
  }
});

test("wherever the pieces are cut, the lines are the same", async () => {
  const lines = Buffer.from("a\u00e9.ts\x001:one\n--\n.env\x002:key=secret\na\u00e9.ts\x003-two\xff\n", "latin1");
  const search = { names: "content", base: "/w", numbered: true, isHidden: async (path: string) => path === "/w/.env" } as const;
  for (let at = 0; at <= lines.length; at++) {
    const pieces = [lines.subarray(0, at), lines.subarray(at)].map((bytes) => ({ from: "stdout" as const, bytes }));
    const shown = await Array.fromAsync(leavingOut(Readable.from(pieces), search), ({ bytes }) => bytes);
    assert.equal(Buffer.concat(shown).toString("latin1"), "a\u00e9.ts:1:one\n--\na\u00e9.ts-3-two\xff\n");
  }
});
