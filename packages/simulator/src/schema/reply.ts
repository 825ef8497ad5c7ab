import type { Json } from "@keelson/protocol";
import { z } from "zod";
import { misspelled } from "../template.ts";
import { choose } from "./choose.ts";
import { endingFits, placesExist, resultsAreAsked, templatesAreSpelled } from "./checks.ts";

/** A reply in a scenario file, strictly: a key we don't know is a mistake, and so is a place that the reply doesn't have. */
const json = z.custom<Json>(); // it came out of JSON.parse
const object = z.record(z.string(), json);
const rawBlock = z.object({ type: z.string().min(1) }).catchall(json);
export const name = z.string().min(1);
const count = z.int().min(0);
const ms = z
  .number()
  .min(0)
  .max(2 ** 31 - 1); // a longer timer fires at once

const blockSchema = choose("a block", {
  text: z.strictObject({ text: z.string(), citations: z.array(object).min(1).exactOptional() }),
  thinking: z.strictObject({ thinking: z.string(), signature: z.string().exactOptional() }),
  rawInput: z.strictObject({ tool: name, rawInput: z.string(), id: name.exactOptional() }),
  tool: z.strictObject({ tool: name, input: object, id: name.exactOptional() }),
  serverTool: z.strictObject({ serverTool: name, input: object, id: name.exactOptional() }),
  result: z.strictObject({ result: json, type: name.exactOptional() }),
  pause: z.strictObject({ pause: ms }),
  raw: z.strictObject({ raw: rawBlock, deltas: z.array(rawBlock).min(1).exactOptional() }),
});

const usageSchema = z.strictObject({
  input_tokens: count.exactOptional(),
  output_tokens: count.exactOptional(),
  cache_read_input_tokens: count.exactOptional(),
  cache_creation_input_tokens: count.exactOptional(),
  cache_creation: z.strictObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }).exactOptional(),
});

const words = z.string().superRefine((text, context) => {
  for (const message of misspelled(text)) context.addIssue({ code: "custom", message });
});
const expectSchema = z.strictObject({
  lastResultIncludes: words.exactOptional(),
  tool: name.exactOptional(),
  promptIncludes: words.exactOptional(),
});

const paceSchema = z
  .strictObject({
    tokensPerSecond: z.number().positive().exactOptional(),
    chunkMs: ms.exactOptional(),
    chunk: z.int().min(1).exactOptional(),
  })
  .refine(({ tokensPerSecond, chunkMs }) => tokensPerSecond === undefined || chunkMs === undefined, {
    error: "tokensPerSecond and chunkMs are two ways to say the same; keep one",
  });

const inBlock = { afterBlock: count.exactOptional(), inBlock: z.int().min(1).exactOptional() };
const place = { ...inBlock, atByte: count.exactOptional() };
const atOnePlace = (value: object, context: z.RefinementCtx): void => {
  const keys = Object.keys(place).filter((key) => key in value);
  if (keys.length !== 1) context.addIssue({ code: "custom", message: "needs one of afterBlock, inBlock, atByte" });
};

const messageSchema = z
  .strictObject({
    expect: expectSchema.exactOptional(),
    blocks: z.array(blockSchema),
    stop: z
      .string()
      .regex(/^[a-z_]+$/)
      .exactOptional(),
    stopDetails: z
      .strictObject({ category: name.nullable().exactOptional(), explanation: z.string().nullable().exactOptional() })
      .exactOptional(),
    stopSequence: name.exactOptional(),
    pace: paceSchema.exactOptional(),
    usage: usageSchema.exactOptional(),
    cut: z
      .strictObject({ ...place, clean: z.boolean().exactOptional() })
      .superRefine(atOnePlace)
      .exactOptional(),
    stall: z
      .strictObject({ ...place, ms: ms.exactOptional() })
      .superRefine(atOnePlace)
      .exactOptional(),
    errorEvent: z.strictObject({ type: name, message: z.string(), ...inBlock }).exactOptional(),
  })
  .superRefine(placesExist)
  .superRefine(endingFits)
  .superRefine(resultsAreAsked)
  .superRefine(templatesAreSpelled);

const errorSchema = z.strictObject({
  expect: expectSchema.exactOptional(),
  error: z.strictObject({
    status: z.int().min(400).max(599),
    type: name.exactOptional(),
    message: z.string().exactOptional(),
    retryAfter: z.number().min(0).nullable().exactOptional(),
    details: object.exactOptional(),
  }),
  times: z.int().min(1).max(10_000).exactOptional(),
});

export const replySchema = choose("a reply", { blocks: messageSchema, error: errorSchema });
