import assert from "node:assert/strict";
import { isAbsolute } from "node:path";
import type { BoundCall, Json, Tool, ToolContext, ToolOutput } from "@keelson/protocol";
import { describe, test } from "vitest";

/** A tool in a world of its own, an input that works there, and inputs that can't be right. */
export type ToolScene = AsyncDisposable & { readonly tool: Tool; readonly cwd: string; readonly good: Json; readonly bad: readonly Json[] };

/** What every tool must do, whatever it is for. */
export function testTool(name: string, open: () => Promise<ToolScene>): void {
  describe(`${name} keeps the tool's contract`, () => {
    test("its name, description and schema are the same in every world, and name no place", async () => {
      await using one = await open();
      await using two = await open();
      const shown = ({ tool }: ToolScene): string => JSON.stringify([tool.name, tool.description, tool.inputSchema]);
      assert.equal(shown(one), shown(two));
      assert.ok(!shown(one).includes(one.cwd));
      assert.equal(one.tool.inputSchema["type"], "object");
    });

    test("a wrong input is an answer in words, never an exception", async () => {
      await using scene = await open();
      for (const raw of [...scene.bad, null, 7, "text", [], [{}], JSON.parse('{"__proto__":{"x":1}}') as Json]) {
        const bound = scene.tool.bind(raw, scene.cwd);
        if (scene.bad.includes(raw)) assert.equal(bound.ok, false, JSON.stringify(raw));
        if (!bound.ok) assert.ok(bound.error.trim().length > 0);
      }
    });

    test("what is judged is what runs: the printed input binds to itself, and paths are absolute", async () => {
      await using scene = await open();
      const once = bind(scene);
      const twice = bind({ ...scene, good: once.input });
      assert.deepEqual(twice.input, once.input);
      assert.deepEqual(twice.effects, once.effects);
      for (const effect of once.effects) if ("path" in effect) assert.ok(isAbsolute(effect.path), effect.path);
    });

    test("what only reads says so by its effects, and only then may it run among others or again", async () => {
      await using scene = await open();
      const call = bind(scene);
      const acts = call.effects.some((effect) => effect.do !== "read");
      if (call.readOnly) assert.ok(!acts);
      if (acts) assert.deepEqual([call.readOnly, call.replay === "safe"], [false, false]);
      assert.ok(call.effects.length > 0 || call.readOnly, "a tool that states no effect must be read-only");
    });

    test("it runs, and answers in blocks that can be sent", async () => {
      await using scene = await open();
      const call = bind(scene);
      const ctx = contextOf(scene, new AbortController().signal);
      assert.equal(await call.validate(ctx), undefined);
      const output = await finish(call, ctx);
      for (const block of output.content) assert.ok(block.type !== "text" || (typeof block["text"] === "string" && block["text"] !== ""));
    });

    test("an abort before it runs ends it soon", async () => {
      await using scene = await open();
      await finish(bind(scene), contextOf(scene, AbortSignal.abort())).catch(() => undefined); // what is deaf to it runs out of time
    });
  });
}

function bind({ tool, good, cwd }: Pick<ToolScene, "tool" | "good" | "cwd">): BoundCall {
  const bound = tool.bind(good, cwd);
  if (!bound.ok) throw new Error(bound.error);
  return bound.call;
}

function contextOf({ cwd }: ToolScene, signal: AbortSignal): ToolContext {
  return { callId: "c", session: "s", cwd, signal };
}

async function finish(call: BoundCall, ctx: ToolContext): Promise<ToolOutput> {
  const running = call.run(ctx);
  let step = await running.next();
  while (!step.done) step = await running.next();
  return step.value;
}
