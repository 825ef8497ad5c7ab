import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { nodeDisk, type Disk } from "./disk.ts";
import { faultyDisk } from "./fixtures/disk.ts";
import { all, CWD, note, opened, REF, refused } from "./fixtures/scene.ts";
import { nodeHost } from "./host.ts";

/** Takes not a byte more, and no new name. */
const full = (code: string): Disk => {
  const disk = faultyDisk((_, name) => (name === "write" || name === "makeFolder" ? code : undefined));
  return {
    ...disk,
    open: (path, what) => {
      if (what === "create") throw Object.assign(new Error(code), { code });
      return disk.open(path, what);
    },
  };
};

async function filled(root: string) {
  const one = opened(root);
  await one.store.create(REF, { cwd: CWD });
  await using claim = await one.store.claim(REF, "me");
  await one.store.append(REF, claim.fence, 0, [note(1)]);
  return one;
}

for (const code of ["ENOSPC", "EDQUOT", "EFBIG"])
  test(`where nothing more can be written (${code}) a session can be deleted, and lists know it when there is room`, async () => {
    await using home = await temporaryHome();
    const { store, folder } = await filled(home.path);
    assert.equal((await store.list({ tenant: "local" })).length, 1);
    await opened(home.path, { disk: full(code) }).store.delete(REF);
    assert.ok(!existsSync(folder));
    assert.deepEqual(readdirSync(dirname(folder)), [], "nothing is left beside its place");
    assert.deepEqual(await store.list({ tenant: "local" }), []);
    assert.deepEqual(await store.search({ tenant: "local", text: "line" }), []);
    await store.create(REF, { cwd: CWD });
  });

test("on a full disk too a session that a living owner holds isn't deleted", async () => {
  await using home = await temporaryHome();
  const { store } = await filled(home.path);
  const claim = await store.claim(REF, "me");
  await refused("held", opened(home.path, { disk: full("ENOSPC") }).store.delete(REF));
  await store.append(REF, claim.fence, 1, [note(2)]);
  assert.deepEqual(await all(store), [note(1), note(2)]);
});

test("on a full disk an owner who came just before the folder was put away gets it back", async () => {
  await using home = await temporaryHome();
  const { folder } = await filled(home.path);
  const disk = full("ENOSPC");
  const late: Disk = {
    ...disk,
    rename: (from, to) => {
      const lock = { ...nodeHost(() => 5).self, owner: "late", at: 5 };
      if (from === folder) writeFileSync(join(folder, "2.lock"), JSON.stringify(lock));
      nodeDisk.rename(from, to);
    },
  };
  await refused("held", opened(home.path, { disk: late }).store.delete(REF));
  assert.match(readFileSync(join(folder, "1.jsonl"), "utf8"), /line 1/);
});
