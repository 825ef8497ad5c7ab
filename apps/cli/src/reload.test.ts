import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { expect, test } from "vitest";
import { sitDown, type Person } from "../test/person.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const ENTER = "\r";
const SKILL = "---\nname: tidy-up\ndescription: Tidies a folder\n---\nSweep the floor of $ARGUMENTS.\n";

async function put(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** Types it again until the screen has it: a watch takes its moment. */
async function asks(person: Person, typed: string, seen: string): Promise<void> {
  const shown = person.screen.see(seen).then(() => true);
  for (let there = false; !there;) {
    person.type(`${typed}${ENTER}`);
    there = await Promise.race([shown, new Promise<boolean>((next) => setTimeout(() => next(false), 200))]);
  }
}

test("a skill that is dropped in while keel waits is started by its name; what changed and what it costs is shown", async () => {
  await using person = await sitDown([say("Hello."), say("Swept."), say("Bye.")], ["--trust"]);
  await person.screen.see("> ");
  person.type(`hi${ENTER}`);
  await person.screen.see("Hello.");
  await put(join(person.cwd, ".claude/skills/tidy-up/SKILL.md"), SKILL);
  await asks(person, "/help", "/tidy-up      Tidies a folder");
  person.type(`/reload${ENTER}`);
  await person.screen.see("New: skill tidy-up.");
  await person.screen.see("tokens sent anew");
  person.type(`/tidy-up the hall${ENTER}`);
  await person.screen.see("New: skill tidy-up. The model is told.");
  await person.screen.see("Swept.");
  expect(person.requests[1]?.text).toContain("Sweep the floor of the hall.");
  person.type(`/reload now${ENTER}`);
  await person.screen.see("The next request says it in the model's prompt.");
  await rm(join(person.cwd, ".claude/skills/tidy-up"), { recursive: true });
  await asks(person, "/tidy-up", "/tidy-up isn't a command");
});

test("a broken edit is told in one line with its place, and what was good stays", async () => {
  const settings = ".claude/settings.json";
  await using person = await sitDown([say("Hello."), say("Still here.")], ["--trust"], undefined, {
    [settings]: '{ "permissions": { "deny": ["Read(secret)"] } }',
  });
  await person.screen.see("> ");
  person.type(`hi${ENTER}`);
  await person.screen.see("Hello.");
  await writeFile(join(person.cwd, settings), '{\n  "permissions": {\n');
  person.type(`/reload${ENTER}`);
  await person.screen.see("says all that there is");
  person.type(`again${ENTER}`);
  await person.screen.see(`${settings}:3 `);
  await person.screen.see("holds until that is put right");
  await person.screen.see("Still here.");
});

test("a folder is added by its name", async () => {
  await using person = await sitDown([], ["--trust"]);
  await person.screen.see("> ");
  person.type(`/add-dir nowhere${ENTER}`);
  await person.screen.see("nowhere isn't a folder that can be opened.");
  await mkdir(join(person.cwd, "more"));
  person.type(`/add-dir more${ENTER}`);
  await person.screen.see("more is a folder of this session now.");
});
