import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { expect, test } from "vitest";
import { scene } from "../test/keel.ts";
import { sitDown, sitIn } from "../test/person.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const ENTER = "\r";
const SKILL = "---\nname: tidy-up\ndescription: Tidies a folder\nargument-hint: a room\n---\nSweep the floor of $ARGUMENTS.\n";
const FILES = { ".claude/skills/tidy-up/SKILL.md": SKILL };

test("a skill of a trusted folder is started by its name, alone and with words; a name that there isn't asks nobody", async () => {
  await using person = await sitDown([say("Swept."), say("Swept again.")], ["--trust"], undefined, FILES);
  await person.screen.see("> ");
  person.type(`/tidy-pu${ENTER}`);
  await person.screen.see("/tidy-pu isn't a command. Did you mean /tidy-up?");
  expect(person.requests).toHaveLength(0);
  person.type(`/help${ENTER}`);
  await person.screen.see("/tidy-up a room  Tidies a folder");
  person.type(`/tidy-up${ENTER}`);
  await person.screen.see("Swept.");
  expect(person.requests[0]?.text).toContain("Sweep the floor of");
  await person.screen.see("> ");
  person.type(`/tidy-up the kitchen${ENTER}`);
  await person.screen.see("Swept again.");
  expect(person.requests[1]?.text).toContain("Sweep the floor of the kitchen.");
});

test("a plugin's skill starts by its short name alone; the line about a name that there isn't names skills, not all of many", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`kit/skills/s${at}/SKILL.md`, "---\ndescription: One\n---\nDo it.\n"]),
  );
  const files = { ...many, "kit/.claude-plugin/plugin.json": '{"name": "kit"}', "kit/skills/tidy-up/SKILL.md": SKILL };
  await using the = await scene([say("Swept.")]);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(the.home, file)), { recursive: true });
    await writeFile(join(the.home, file), content);
  }
  await using person = sitIn(the, ["--plugin-dir", join(the.home, "kit")]);
  await person.screen.see("> ");
  person.type(`/zzzzzzzz${ENTER}`);
  await person.screen.see("/exit. Skills: /");
  await person.screen.see("more.");
  expect(person.screen.text).toMatch(/Skills: (?:\/[\w:-]+,? ){10}and \d+ more\./);
  expect(person.requests).toHaveLength(0);
  person.type(`/tidy-up${ENTER}`);
  await person.screen.see("Swept.");
  expect(person.requests[0]?.text).toContain("Sweep the floor of");
});

test("a name that there isn't, with words behind it, ends in one line that says what was meant; nothing is asked", async () => {
  await using person = await sitDown([say("Swept.")], ["--trust"], undefined, FILES);
  await person.screen.see("> ");
  person.type(`/tidy-pu the kitchen${ENTER}`);
  await person.screen.see("No skill or command is named /tidy-pu. Did you mean /tidy-up?");
  expect(person.requests).toHaveLength(0);
  expect(person.screen.text).not.toContain("hook");
});

test("a skill that only the model may start says so, with words behind its name and without", async () => {
  const files = { ".claude/skills/lore/SKILL.md": "---\nname: lore\ndescription: What is known\nuser-invocable: false\n---\nAll of it.\n" };
  await using person = await sitDown([], ["--trust"], undefined, files);
  const why = "/lore is for the model alone: say what you want done, and it starts the skill itself.";
  for (const typed of ["/lore", "/lore of the sea"]) {
    await person.screen.see("> ");
    const before = person.screen.text.length;
    person.type(`${typed}${ENTER}`);
    await person.screen.see(why);
    expect(person.screen.text.slice(before)).not.toContain("isn't a command");
  }
  expect(person.requests).toHaveLength(0);
});

test("a prompt that a hook takes back is shown again, unless the hook hides it", async () => {
  const block = (more: string): string =>
    `{"decision":"block","reason":"not that","hookSpecificOutput":{"hookEventName":"UserPromptSubmit"${more}}}`;
  const command = `if grep -q hush; then echo '${block(',"suppressOriginalPrompt":true')}'; else echo '${block("")}'; fi`;
  const settings = JSON.stringify({ hooks: { UserPromptSubmit: [{ hooks: [{ type: "command", command }] }] } });
  await using person = await sitDown([], ["--trust", "--settings", settings]);
  await person.screen.see("> ");
  person.type(`a long thought${ENTER}`);
  await person.screen.see("not that");
  await person.screen.see("It was: a long thought");
  person.type(`hush now${ENTER}`);
  await person.screen.see("not that");
  await person.screen.see("> ");
  expect(person.screen.text).not.toContain("It was: hush now");
  expect(person.requests).toHaveLength(0);
});

test("in a script such a name is one line and an exit code, and nobody is asked", async () => {
  await using the = await scene([say("Never.")]);
  const ran = await the.inside(["-p", "/comit now"]);
  expect(ran).toMatchObject({ code: 1, stdout: "", stderr: "No skill or command is named /comit. Did you mean /commit?\n" });
  expect(the.model.requests).toHaveLength(0);
});
