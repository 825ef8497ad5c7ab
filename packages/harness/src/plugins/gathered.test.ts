import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "vitest";
import { plugin } from "../../test/plugin.ts";
import { run, world } from "../../test/world.ts";

test("what a session has read of plugins it leaves to the next one, which still sees every edit", async () => {
  await using w = await world({ replies: [{ blocks: [{ text: "hi" }] }] });
  const root = await plugin(w, "shop", { "skills/sell/SKILL.md": "---\ndescription: Sells\n---\nSell.\n" });
  const about = async (): Promise<string | undefined> => {
    await using session = await w.open({}, { named: [root] });
    return session.skills.find(({ name }) => name === "shop:sell")?.description;
  };
  const first = await w.open({}, { named: [root] });
  await run(first, "hi");
  await first[Symbol.asyncDispose]();
  const kept = await readdir(join(w.home, ".keel/var/cache/plugins"));
  assert.ok(kept.length > 0 && kept.every((name) => name.endsWith(".json")), kept.join());
  assert.equal(await about(), "Sells");
  await writeFile(join(root, "skills/sell/SKILL.md"), "---\ndescription: Lends\n---\nLend.\n");
  assert.equal(await about(), "Lends");
  for (const name of kept) await writeFile(join(w.home, ".keel/var/cache/plugins", name), "torn");
  assert.equal(await about(), "Lends");
});
