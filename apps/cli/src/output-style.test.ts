import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scene } from "../test/keel.ts";
import { sitIn } from "../test/person.ts";

const ENTER = "\r";

test("/output-style shows the styles and chooses one; a name that there isn't changes nothing", async () => {
  await using the = await scene([]);
  await using person = sitIn(the);
  await person.screen.see("> ");
  person.type(`/output-style${ENTER}`);
  await person.screen.see("* default");
  await person.screen.see("Learning");
  person.type(`/output-style lerning${ENTER}`);
  await person.screen.see("No output style is named lerning. Did you mean Learning?");
  person.type(`/output-style Learning${ENTER}`);
  await person.screen.see("Learning, from the next session on");
  expect(JSON.parse(await readFile(join(the.home, ".keel", "settings.json"), "utf8"))).toEqual({ outputStyle: "Learning" });
});
