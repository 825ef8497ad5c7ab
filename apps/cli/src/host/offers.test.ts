import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { expect, test } from "vitest";
import { Host } from "../../test/host.ts";
import { messagesOf, scene } from "../../test/keel.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const SKILL = "---\ndescription: Tidies a folder\nargument-hint: a room\n---\nSweep the floor of $ARGUMENTS.\n";
const FILES = {
  "kit/.claude-plugin/plugin.json": '{"name": "kit"}',
  "kit/skills/tidy/SKILL.md": SKILL,
  "kit/skills/lore/SKILL.md": "---\ndescription: What is known\nuser-invocable: false\n---\nAll of it.\n",
  "kit/commands/polish.md": "---\ndescription: Polishes\n---\nPolish it.\n",
  "kit/agents/scout.md": "---\nname: scout\ndescription: Finds places\n---\nYou find places.\n",
};
const TIDY = { name: "kit:tidy", description: "Tidies a folder", argumentHint: "a room" };
const POLISH = { name: "kit:polish", description: "Polishes", argumentHint: "" };

async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

test.concurrent("the first line of a run names what can be started by a slash, and which of it are skills", async () => {
  await using the = await scene([say("Hello.")]);
  await put(the.home, FILES);
  const ran = await the.inside(["-p", "hi", "--plugin-dir", join(the.home, "kit"), "--output-format", "stream-json", "--verbose"]);
  const [init] = messagesOf(ran);
  expect(init).toMatchObject({
    slash_commands: expect.arrayContaining(["kit:tidy", "kit:polish"]),
    skills: expect.arrayContaining(["kit:tidy"]),
    agents: expect.arrayContaining(["kit:scout"]),
    plugins: expect.arrayContaining([expect.objectContaining({ name: "kit", path: expect.stringMatching(/kit$/) })]),
  });
  expect(init?.["slash_commands"]).not.toContain("kit:lore");
  expect(init?.["skills"]).not.toContain("kit:polish");
});

test.concurrent("initialize answers what can be started; after a reload so does reload_plugins, and the next run tells the change once", async () => {
  await using the = await scene([say("One."), say("Two."), say("Three.")]);
  await put(the.home, FILES);
  await using host = new Host(the, ["--plugin-dir", join(the.home, "kit")]);
  const { response } = await host.request("initialize");
  expect(response).toMatchObject({
    commands: expect.arrayContaining([TIDY, POLISH]),
    agents: expect.arrayContaining([{ name: "kit:scout", description: "Finds places" }]),
  });
  host.say("one");
  await host.next("result");
  await put(the.home, { "kit/skills/wash/SKILL.md": SKILL });
  const WASH = { ...TIDY, name: "kit:wash" };
  expect(await host.request("reload_plugins")).toMatchObject({
    subtype: "success",
    response: {
      commands: expect.arrayContaining([TIDY, WASH]),
      plugins: expect.arrayContaining([expect.objectContaining({ name: "kit" })]),
      error_count: 0,
    },
  });
  host.say("two");
  expect(await host.next("init")).toMatchObject({ skills: expect.arrayContaining(["kit:wash"]) });
  expect(await host.next("commands_changed")).toMatchObject({ commands: expect.arrayContaining([TIDY, WASH]) });
  host.say("three");
  await host.leave();
  expect(host.heard.filter(({ subtype }) => subtype === "commands_changed")).toHaveLength(1);
});
