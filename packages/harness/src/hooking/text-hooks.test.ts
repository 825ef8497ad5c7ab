import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { hook, keep, kept, notices } from "../../test/hooks.ts";
import { ended, messagesIn, run, world } from "../../test/world.ts";

const done = { blocks: [{ text: "ok" }] };
async function put(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

test("UserPromptExpansion: a hook sees which command a slash started, and its words stand beside the command's text", async () => {
  await using w = await world({ replies: [done] });
  await put(join(w.home, ".keel/commands/fix.md"), "Fix issue $1.\n");
  await hook(w, {
    UserPromptExpansion: `${keep(w)}; echo '{"hookSpecificOutput":{"hookEventName":"UserPromptExpansion","additionalContext":"Issue 7 is old."}}'`,
  });
  await using session = await w.open();
  await run(session, "/fix 7");
  const [told] = await kept(w);
  assert.deepEqual(
    [told?.["expansion_type"], told?.["command_name"], told?.["command_args"], told?.["prompt"]],
    ["slash_command", "fix", "7", "/fix 7"],
  );
  const sent = JSON.stringify(messagesIn(w.server, 0));
  assert.match(sent, /Fix issue 7\./);
  assert.match(sent, /Issue 7 is old\./);
});

test("UserPromptExpansion: a block comes before the command's text is read or anything in it runs, and never repeats what was typed", async () => {
  await using w = await world({ replies: [done] });
  await put(join(w.home, ".keel/commands/deploy.md"), "---\nallowed-tools: Bash(touch ran)\n---\nState: !`touch ran`\n");
  await hook(w, { UserPromptExpansion: "echo 'not on a Friday' >&2; exit 2" });
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const envelopes = await run(session, "/deploy with-a-secret");
  assert.equal(ended(envelopes), "hook_stopped");
  assert.match(notices(envelopes).join(), /wasn't taken.*not on a Friday/);
  assert.doesNotMatch(JSON.stringify(envelopes), /with-a-secret/);
  assert.equal(w.server.requests.length, 0);
  await assert.rejects(readFile(join(w.cwd, "ran")));
});

test("UserPromptExpansion: a prompt without a slash fires none", async () => {
  await using w = await world({ replies: [done] });
  await hook(w, { UserPromptExpansion: "exit 2" });
  await using session = await w.open();
  assert.equal(ended(await run(session, "fix it")), "completed");
});

test("InstructionsLoaded: hooks look on as instructions are told, with whose they are and what imports them", async () => {
  await using w = await world({ replies: [done] });
  await put(join(w.home, ".claude/CLAUDE.md"), "Answer in verse.");
  await put(join(w.cwd, "CLAUDE.md"), "@AGENTS.md\n");
  await put(join(w.cwd, "AGENTS.md"), "Tabs, not spaces.");
  const file = join(w.home, "loaded");
  await hook(w, { InstructionsLoaded: `echo "$(cat)" >> ${file}; echo blocked >&2; exit 2` });
  const session = await w.open({ trust: true });
  assert.equal(ended(await run(session, "go")), "completed");
  await session[Symbol.asyncDispose](); // waits for those that look on
  const told = (await kept(w, "loaded")).map(({ file_path: path, memory_type: whose, load_reason: why, parent_file_path: by }) =>
    [path, whose, why, by].filter((one) => one !== undefined).join(" "),
  );
  assert.ok(told.includes(`${join(w.home, ".claude/CLAUDE.md")} User session_start`), told.join("\n"));
  assert.ok(
    told.some((line) => line.includes("AGENTS.md Project")),
    told.join("\n"),
  );
});
