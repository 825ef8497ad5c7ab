import type { Json } from "@keelson/protocol";
import { z } from "zod";
import { fillBlock } from "./fill.ts";
import type { MessageReply } from "./reply.ts";
import { misspelled } from "./template.ts";

/** The scenario file, strictly: a key we don't know is a mistake, and so is a place that the reply doesn't have. */
const json = z.custom<Json>(); // it came out of JSON.parse
const object = z.record(z.string(), json);
const name = z.string().min(1);
const count = z.int().min(0);
const ms = z
  .number()
  .min(0)
  .max(2 ** 31 - 1); // a longer timer fires at once

const blockSchema = choose("a block", {
  text: z.strictObject({ text: z.string() }),
  thinking: z.strictObject({ thinking: z.string(), signature: z.string().exactOptional() }),
  rawInput: z.strictObject({ tool: name, rawInput: z.string(), id: name.exactOptional() }),
  tool: z.strictObject({ tool: name, input: object, id: name.exactOptional() }),
  pause: z.strictObject({ pause: ms }),
  raw: z.strictObject({ raw: z.object({ type: name }).catchall(json) }),
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

export const scenarioSchema = z.strictObject({
  "keel-scenario": z.literal(1, { error: "must be 1, the version of the format that this keelson plays" }),
  description: z.string().exactOptional(),
  model: name.exactOptional(),
  replies: z.array(choose("a reply", { blocks: messageSchema, error: errorSchema })).min(1, { error: "needs at least one reply" }),
  after: z.enum(["error", "repeat_last"]).exactOptional(),
});

/** A union told apart by which key is there, so that a mistake is reported where it stands. The first key that is there decides. */
function choose<Options extends Readonly<Record<string, z.ZodType>>>(what: string, options: Options) {
  const chosen = z.unknown().superRefine((value, context) => {
    const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
    const schema = Object.entries(options).find(([key]) => keys.includes(key))?.[1];
    const parsed = schema?.safeParse(value);
    if (parsed?.success) return;
    const found = keys.length > 0 ? `has ${keys.join(", ")}` : `is ${JSON.stringify(value)}`;
    const message = `${what} has one of ${Object.keys(options).join(", ")}; this one ${found}`;
    for (const issue of parsed?.error.issues ?? []) context.issues.push({ ...issue, input: value, code: "custom" });
    if (!parsed) context.addIssue({ code: "custom", message });
  });
  return chosen.pipe(z.custom<z.output<Options[keyof Options]>>());
}

function placesExist({ blocks, cut, stall, errorEvent }: MessageReply, context: z.RefinementCtx): void {
  const there = blocks.filter((block) => !("pause" in block)).length;
  for (const [key, found] of Object.entries({ cut, stall, errorEvent })) {
    for (const at of ["afterBlock", "inBlock"] as const) {
      if ((found?.[at] ?? 0) > there)
        context.addIssue({ code: "custom", path: [key, at], message: `the reply has ${there} blocks (pauses don't count)` });
    }
  }
  if (cut && errorEvent)
    context.addIssue({ code: "custom", path: ["cut"], message: "nothing comes after an errorEvent; keep one of the two" });
}

function templatesAreSpelled({ blocks }: MessageReply, context: z.RefinementCtx): void {
  for (const [at, block] of blocks.entries()) {
    fillBlock(block, (text) => {
      for (const message of misspelled(text)) context.addIssue({ code: "custom", path: ["blocks", at], message });
      return text;
    });
  }
}
