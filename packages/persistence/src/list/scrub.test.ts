import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text, type Ref } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { CWD, opened } from "../fixtures/scene.ts";

const refOf = (session: string): Ref => ({ tenant: "local", session });

test("what was deleted is in no byte of the index", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  for (const session of ["kept", "gone"]) {
    await store.create(refOf(session), { cwd: CWD });
    await using claim = await store.claim(refOf(session), "me");
    const event = { type: "context.added", from: "user", content: [text(`${session} xylophone${session}`)] } as const;
    await store.append(refOf(session), claim.fence, 0, [{ v: 1, seq: 1, at: 1_000, session, run: "r", path: [], event }]);
  }
  const found = async () =>
    (await store.search({ tenant: "local", text: "xylophone", limit: 3 })).map(({ session }) => session.ref.session);
  assert.equal((await found()).length, 2);
  await store.delete(refOf("gone"));
  await store.scrub();
  assert.deepEqual(await found(), ["kept"]);
  await store[Symbol.asyncDispose]();
  for (const name of readdirSync(home.path).filter((one) => one.startsWith("index.db")))
    assert.doesNotMatch(readFileSync(join(home.path, name), "latin1"), /xylophonegone|gone xylo/, name);
});
