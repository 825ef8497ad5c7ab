import type { Reply } from "@keelson/simulator";
import { expect, test } from "vitest";
import { sitDown } from "../test/person.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const ENTER = "\r";
const SKILL = "---\nname: tidy-up\ndescription: Tidies a folder\n---\nSweep the floor of $ARGUMENTS.\n";
const FILES = { ".claude/skills/tidy-up/SKILL.md": SKILL };

test("a skill of a trusted folder is started by its name, alone and with words; a name that there isn't asks nobody", async () => {
  await using person = await sitDown([say("Swept."), say("Swept again.")], ["--trust"], undefined, FILES);
  await person.screen.see("> ");
  person.type(`/tidy-pu${ENTER}`);
  await person.screen.see("/tidy-pu isn't a command. Did you mean /tidy-up?");
  expect(person.requests).toHaveLength(0);
  person.type(`/help${ENTER}`);
  await person.screen.see("/tidy-up      Tidies a folder");
  person.type(`/tidy-up${ENTER}`);
  await person.screen.see("Swept.");
  expect(person.requests[0]?.text).toContain("Sweep the floor of");
  await person.screen.see("> ");
  person.type(`/tidy-up the kitchen${ENTER}`);
  await person.screen.see("Swept again.");
  expect(person.requests[1]?.text).toContain("Sweep the floor of the kitchen.");
});
