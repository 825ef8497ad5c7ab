import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";

const ROUNDS = 60;

test("places that several keelsons hold and leave all the time stand whenever one of them holds them, and not afterwards", async () => {
  await using home = await temporaryHome();
  const places = [{ path: join(home.path, "commondir"), content: ".\n" }, { path: join(home.path, "hooks") }];
  const script = `
    const { existsSync } = await import("node:fs");
    const { holdPlaces } = await import(${JSON.stringify(new URL("hold.ts", import.meta.url).href)});
    const places = ${JSON.stringify(places)};
    for (let round = 0; round < ${ROUNDS}; round++) {
      const { folders, release } = holdPlaces(places);
      if (folders.length < places.length || !places.every(({ path }) => existsSync(path))) console.log("not held");
      release();
    }`;
  const keelson = (): Promise<{ readonly stdout: string }> =>
    promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  const told = await Promise.all([keelson(), keelson()]);
  assert.deepEqual(
    told.map(({ stdout }) => stdout),
    ["", ""],
  );
  assert.deepEqual(await readdir(home.path), []);
});
