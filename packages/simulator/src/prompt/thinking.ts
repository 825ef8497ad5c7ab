import { createHash } from "node:crypto";
import type { Block, JsonObject } from "@keelson/protocol";
import { z } from "zod";
import { isObject } from "../json.ts";
import { isThought } from "./breakpoints.ts";
import { digestIn, digestOf } from "./fingerprint.ts";
import { promptFrom, spelling, type Prompt, type Section, type Unit } from "./prompt.ts";

/**
 * Thinking is bound to the model that thought it and to all that stood before it: tools, system and messages.
 * A signature says what that was, so that nothing has to be remembered.
 * Source: the preserved-thinking pages of platform.claude.com. Thinking before it may go, oldest first; marks may move.
 */
const sealSchema = z.object({
  model: z.string(),
  thinking: z.string(),
  after: z.string(),
  tools: z.string(),
  system: z.string(),
  messages: z.string(),
});
type Seal = z.output<typeof sealSchema>;

/** Signs the thinking of a reply whose own blocks so far are `said`. */
export function signer(model: string, { units }: Prompt, said: readonly Block[]): (thinking: string) => string {
  return (thinking) => {
    const prefix = openPrefix();
    for (const unit of units) prefix.add(unit);
    for (const block of said) prefix.add({ section: "messages", kind: block.type, text: spelling(block, "assistant") });
    const before = [...units.map(({ block }) => block), ...said].findLast(({ type }) => type === "thinking");
    const after = before ? digestIn(String(before["signature"])) : "";
    const seal: Seal = { model, thinking: digestIn(thinking), after, ...prefix.digests() };
    return Buffer.from(JSON.stringify(seal)).toString("base64");
  };
}

export type Checked =
  | { readonly ok: true; readonly prompt: Prompt; readonly dropped: readonly Dropped[] }
  | { readonly ok: false; readonly error: string };
/** As `input_transformations` lists it. */
export type Dropped = { readonly type: "thinking_dropped"; readonly path: string; readonly reason: string };

const BETA = "thinking-binding-controls-2026-08-01";

/** Whether the client has asked to be told. `beta`: the header of that name. */
export const reportsDrops = (beta: string): boolean => beta.includes(BETA);

/** The prompt without the thinking that this model can't read, or why it is refused. */
export function checkThinking(prompt: Prompt, model: string, body: JsonObject, beta: string): Checked {
  const binding = isObject(body["thinking"]) ? body["thinking"]["block_binding"] : undefined;
  if (binding !== undefined && !reportsDrops(beta))
    return { ok: false, error: "thinking.adaptive.block_binding: Extra inputs are not permitted" };
  const drops = isObject(binding) && binding["prefix_mismatch_behavior"] === "drop_block";
  const dropped: Dropped[] = [];
  const prefix = openPrefix();
  let last: string | undefined;
  let broken = false; // the thinking behind it in its turn goes with it
  for (const unit of prompt.units) {
    const { kind, path, block, role } = unit;
    prefix.add(unit);
    broken &&= role === "assistant";
    if (kind !== "thinking") continue;
    const seal = sealIn(String(block["signature"]));
    if (seal?.thinking !== digestIn(String(block["thinking"]))) return { ok: false, error: `${path}: ${INVALID}` };
    const isOther = seal.model !== model;
    const differs = isOther ? undefined : difference(seal, prefix.digests(), last);
    if (differs !== undefined && !drops) return { ok: false, error: `${path}: ${boundElsewhere(beta)} ${differs}` };
    broken ||= differs !== undefined;
    last = digestIn(String(block["signature"]));
    if (isOther || broken)
      dropped.push({ type: "thinking_dropped", path, reason: isOther ? "model_binding_mismatch" : "prefix_binding_mismatch" });
  }
  const gone = dropped.map(({ path }) => path);
  return { ok: true, prompt: promptFrom(prompt.units.filter(({ path }) => !gone.includes(path))), dropped };
}

const INVALID = "Invalid `signature` in `thinking` block";

function boundElsewhere(beta: string): string {
  const header = reportsDrops(beta) ? "" : ` That setting requires the \`${BETA}\` value in the \`anthropic-beta\` header.`;
  return `${INVALID}. The block is bound to a different conversation. Remove the block, or set \`thinking.block_binding.prefix_mismatch_behavior\` to "drop_block".${header}`;
}

/** What stood before the block and doesn't any more; about `system` in the API's words, which the others follow. */
function difference(seal: Seal, now: Readonly<Record<Section, string>>, last: string | undefined): string | undefined {
  if (seal.system !== now.system) return "The `system` prompt differs from when the block was created.";
  if (seal.tools !== now.tools) return "The `tools` differ from when the block was created.";
  if (seal.messages !== now.messages) return "The `messages` before it differ from when the block was created.";
  if (last !== undefined && seal.after !== last) return "A thinking block before it was left out or moved.";
  return undefined;
}

/** Grows with a conversation; thinking isn't part of it. */
function openPrefix() {
  const hashes = { tools: createHash("sha256"), system: createHash("sha256"), messages: createHash("sha256") };
  return {
    add: ({ section, kind, text }: Pick<Unit, "section" | "kind" | "text">): void => {
      if (!isThought(kind)) hashes[section].update(`${text}\n`);
    },
    digests: (): Readonly<Record<Section, string>> => ({
      tools: digestOf(hashes.tools.copy()),
      system: digestOf(hashes.system.copy()),
      messages: digestOf(hashes.messages.copy()),
    }),
  };
}

function sealIn(signature: string): Seal | undefined {
  const bytes = Buffer.from(signature, "base64"); // it takes anything, and leaves out what it doesn't know
  if (bytes.toString("base64") !== signature) return undefined;
  try {
    return sealSchema.safeParse(JSON.parse(bytes.toString())).data;
  } catch {
    return undefined;
  }
}
