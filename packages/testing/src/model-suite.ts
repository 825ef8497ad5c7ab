import assert from "node:assert/strict";
import { isModelError, text, type Model, type ModelPart, type ModelRequest } from "@keelson/protocol";
import { describe, test } from "vitest";

/** The same client against three endpoints: one that says a text and asks for one call, one that fails, one that begins and then says nothing more. */
export type ModelScene = AsyncDisposable & {
  readonly answering: Model;
  readonly failing: Model;
  readonly hanging: Model;
  /** Requests that reached any of the three. */
  readonly requests: () => number;
};

const REQUEST: ModelRequest = { model: "scripted", messages: [{ role: "user", content: [text("go")] }], maxTokens: 1_000, body: {} };

/** What every client of a model must do. */
export function testModel(name: string, open: () => Promise<ModelScene>): void {
  describe(`${name} keeps the model's contract`, () => {
    test("a reply begins with started, ends with done, and its blocks complete in order", async () => {
      await using scene = await open();
      const parts = await Array.fromAsync(scene.answering(REQUEST, new AbortController().signal));
      assert.equal(parts[0]?.type, "started");
      assert.equal(parts.at(-1)?.type, "done");
      const whole = parts.flatMap((part) => (part.type === "block.completed" ? [part.block.type] : []));
      assert.deepEqual(whole, ["text", "tool_use"]);
      const words = parts.map((part) => (part.type === "delta" && part.kind === "text" ? part.delta : "")).join("");
      assert.equal(
        words,
        parts.flatMap((part) => (part.type === "block.completed" && part.block.type === "text" ? [part.block["text"]] : [])).join(""),
      );
      assert.equal(scene.requests(), 1);
    });

    test("two replies have two ids", async () => {
      await using scene = await open();
      const idOf = async (): Promise<string | undefined> => {
        const parts = await Array.fromAsync(scene.answering(REQUEST, new AbortController().signal));
        return parts.flatMap((part) => (part.type === "started" ? [part.messageId] : []))[0];
      };
      assert.notEqual(await idOf(), await idOf());
    });

    test("a failure is a model error in one line, after one request", async () => {
      await using scene = await open();
      await assert.rejects(
        Array.fromAsync(scene.failing(REQUEST, new AbortController().signal)),
        (error) => isModelError(error) && error.message !== "" && !error.message.includes("\n"),
      );
      assert.equal(scene.requests(), 1);
    });

    test("an abort ends it soon, in silence or with any error but a model error", async () => {
      await using scene = await open();
      const control = new AbortController();
      const seen: ModelPart[] = [];
      try {
        for await (const part of scene.hanging(REQUEST, control.signal)) {
          seen.push(part);
          control.abort();
        }
      } catch (error) {
        assert.ok(!isModelError(error));
      }
      assert.ok(seen.length > 0);
    });
  });
}
