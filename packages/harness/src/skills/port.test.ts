import assert from "node:assert/strict";
import { text, type ToolContext, type ToolOutput, type ToolStep } from "@keelson/protocol";
import type { AgentOrder } from "@keelson/tools";
import { test } from "vitest";
import { NO_SKILLS } from "./memory.ts";
import { skillPort } from "./port.ts";
import type { Entry, Shelf } from "./shelf.ts";
import type { StartedSkill } from "./start.ts";

const entry = (id: string, decl: Partial<Entry["decl"]> = {}, forModel = true): Entry => ({
  id,
  decl: { name: id, file: `/s/${id}.md`, description: `What ${id} does`, fields: {}, content: "Look at $ARGUMENTS: !`ls`", ...decl },
  kind: "command",
  origin: "user",
  layer: "keel_user",
  within: "anywhere",
  forModel,
  forUser: true,
  nameOnly: false,
});
const ENTRIES = [
  entry("review"),
  entry("apart", { fork: true, agent: "explore", background: false, content: "Alone." }),
  entry("mine", {}, false),
];

async function called(
  name: string,
  args = "",
): Promise<{
  readonly output: ToolOutput;
  readonly steps: readonly ToolStep[];
  readonly taken: readonly StartedSkill[];
  readonly orders: readonly AgentOrder[];
}> {
  const taken: StartedSkill[] = [];
  const orders: AgentOrder[] = [];
  const shelf: Shelf = { entries: ENTRIES, find: (asked) => ENTRIES.find(({ id }) => id === asked) };
  const port = skillPort({
    shelf: () => shelf,
    place: () => ({ session: "s", cwd: "/w", home: "/h", project: "/w", dataDir: () => "/d", userConfig: () => ({}) }),
    ports: {
      readBody: async ({ content = "" }) => ({ ok: true, text: content }),
      async *runInline(command) {
        yield { type: "progress", text: command };
        return { ok: true, output: "a.ts" };
      },
      readFile: async () => ({ ok: false, missing: true, why: "" }),
      mayGrant: () => true,
      noCommands: false,
      memory: () => NO_SKILLS,
    },
    agents: {
      async *start(order) {
        orders.push(order);
        return { content: [text("The agent's answer.")] };
      },
    },
    take: async (started) => void taken.push(started),
  });
  const ctx: ToolContext = { callId: "c", session: "s", cwd: "/w", signal: new AbortController().signal };
  const steps: ToolStep[] = [];
  const running = port.invoke(name, args, ctx);
  let step = await running.next();
  for (; !step.done; step = await running.next()) steps.push(step.value);
  return { output: step.value, steps, taken, orders };
}
const words = ({ content }: ToolOutput): string => content.map((block) => block["text"]).join("\n");

test("the result says only that the skill is started; its text is taken to the context", async () => {
  const { output, steps, taken } = await called("review", "src");
  assert.match(words(output), /^The skill review is started: its text stands behind this result/);
  assert.deepEqual(steps, [{ type: "progress", text: "ls" }]);
  assert.deepEqual(
    taken.map(({ id, words: said }) => [id, said.text]),
    [["review", "# Command review\n\nLook at src: a.ts"]],
  );
});

test("a skill that works apart is a sub-agent's, whose answer is the result", async () => {
  const { output, taken, orders } = await called("apart");
  assert.equal(words(output), "The agent's answer.");
  assert.deepEqual(
    orders.map(({ kind, prompt, background }) => [kind, prompt, background]),
    [["explore", "Alone.", false]],
  );
  assert.deepEqual(
    taken.map(({ note }) => note.how),
    ["apart"],
  );
});

test("what isn't there is answered with what comes near; what is the user's alone isn't started", async () => {
  const near = await called("code review");
  assert.equal(near.output.isError, true);
  assert.match(words(near.output), /No skill is named code review\. These come near:\n- review: What review does$/);
  assert.match(words((await called("zebra")).output), /none speaks of that/);
  const mine = await called("mine");
  assert.equal(mine.output.isError, true);
  assert.match(words(mine.output), /the user's alone to start.*\/mine/);
  assert.deepEqual([near.taken, mine.taken], [[], []]);
});
