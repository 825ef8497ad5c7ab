import { expect, it } from "vitest";
import type { Loose } from "../../test/ask.ts";
import { scenarioSchema } from "./scenario.ts";

const schema: Loose = JSON.parse(JSON.stringify(scenarioSchema()));

it("the JSON Schema names every field of a scenario and of its parts, and takes no other", () => {
  expect(schema).toMatchObject({ type: "object", additionalProperties: false, required: ["keel-scenario"] });
  expect(Object.keys(schema.properties).toSorted()).toEqual(
    ["$schema", "after", "checkThinking", "description", "keel-scenario", "model", "models", "replies", "sessions", "window"].toSorted(),
  );
  const [message, error] = schema.properties.replies.items.anyOf;
  expect(Object.keys(message.properties)).toEqual(
    expect.arrayContaining(["blocks", "stop", "stopDetails", "usage", "cut", "stall", "errorEvent"]),
  );
  expect(error.required).toEqual(["error"]);
  expect(Object.keys(schema.properties.sessions.items.properties)).toEqual(["match", "replies", "after"]);
});

it("the JSON Schema tells the kinds of blocks apart by what each of them needs", () => {
  const blocks: readonly Loose[] = schema.properties.replies.items.anyOf[0].properties.blocks.items.anyOf;
  expect(blocks.map(({ required }) => required.join(" "))).toEqual([
    "text",
    "thinking",
    "tool rawInput",
    "tool input",
    "serverTool input",
    "result",
    "pause",
    "raw",
  ]);
});
