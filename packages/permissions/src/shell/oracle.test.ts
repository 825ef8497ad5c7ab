import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { anyInContext, CONTEXTS } from "../../test/contexts.ts";
import { anyCommand, BWRAP, contradiction, openBench, PIECES, runFor } from "../../test/oracle.ts";
import { seeded } from "../../test/random.ts";

it("never allows what bash makes into something else: what ran was seen, or it was asked about", async () => {
  expect([...PIECES, ...CONTEXTS].filter((piece) => /[/~]|\.\.|[<>]$/.test(piece))).toEqual([]);
  await using home = await temporaryHome();
  const bench = await openBench(home.path);
  if (!bench.confined) console.warn("NOT CONFINED: bubblewrap isn't here, the commands run in an empty folder with programs of our own");
  const random = seeded(11);
  const found: unknown[] = [];
  let ran = 0;
  for (let count = 0; count < 240; count += 1) {
    const text = count % 3 === 0 ? anyInContext(random) : anyCommand(random);
    const did = await runFor(text, bench);
    if (did.ran.length > 0) ran += 1;
    const wrong = await contradiction(text, did);
    if (wrong !== undefined) found.push({ text, wrong });
  }
  expect(found).toEqual([]);
  expect(ran).toBeGreaterThan(25);
});

const stands = existsSync(BWRAP);
it(stands ? "runs them where nothing but their own folder can be written" : "isn't confined: no bubblewrap", async () => {
  if (!stands) return;
  await using home = await temporaryHome();
  const bench = await openBench(home.path);
  const outside = join(home.path, "outside");
  const { ran, wrote } = await runFor(`zap; : >in; : >${outside}; echo aa >>${bench.bin}/zap; cat <(bb); aa >/dev/null`, bench);
  expect({ ran: ran.toSorted(), wrote }).toEqual({ ran: ["aa", "bb", "zap"], wrote: ["in"] });
  expect(existsSync(outside)).toBe(false);
  expect(await readFile(join(bench.bin, "zap"), "utf8")).not.toContain("aa");
});
