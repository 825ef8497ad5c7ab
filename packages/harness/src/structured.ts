import type { Ajv } from "ajv";
import { isToolUse, messagesOf, text, type Json, type JsonObject, type Ports, type View } from "@keelson/protocol";

/** What a final answer must be. `instruct` is told to the model; `read` gives the value, or says in words what is wrong with it. */
export type Structure = { readonly instruct: string; readonly read: (answer: string) => Reading };
type Reading = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly error: string };

const RETRIES = 5;

/** A structure from a JSON Schema (2020-12); in words, why the schema can't be used. */
export async function structureOf(schema: JsonObject): Promise<Structure | string> {
  try {
    const ajv = await validatorFor(schema);
    const validate = ajv.compile({ ...schema });
    return {
      instruct: `# Your final answer\nEnd with one reply that is a JSON value and nothing else: no words around it, no code fence. It must fit this JSON Schema:\n${JSON.stringify(schema)}`,
      read(answer) {
        const value = parsed(answer);
        if (value === undefined) return { ok: false, error: "It is not JSON." };
        return validate(value) ? { ok: true, value } : { ok: false, error: ajv.errorsText(validate.errors, { dataVar: "the answer" }) };
      },
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Of the draft that the schema names; 2020-12 where it names none. Loaded only when it is asked for: it costs a start several ms. */
async function validatorFor({ $schema }: JsonObject): Promise<Ajv> {
  const options = { strict: false, allErrors: true, logger: false } as const;
  const [{ Ajv }, { Ajv2020 }, formats] = await Promise.all([import("ajv"), import("ajv/dist/2020.js"), import("ajv-formats")]);
  const ajv = typeof $schema === "string" && /draft-0[67]/.test($schema) ? new Ajv(options) : new Ajv2020(options);
  formats.default.default(ajv);
  return ajv;
}

/** Between turns: a final answer that doesn't fit is sent back with what is wrong, a few times. One port a run: it counts. */
export function settling(structure: Structure | undefined): Ports["settle"] {
  let tries = 0;
  return async function* ({ view }, at) {
    if (at === "tools") return { go: "on", because: "tool_results" };
    const reading = structure?.read(answerIn(view));
    if (reading === undefined || reading.ok) return { go: "end", reason: "completed" };
    if (tries++ >= RETRIES) {
      const words = `The answer didn't fit the JSON Schema in ${tries} tries: ${reading.error} Try a simpler schema or another model.`;
      yield { type: "notice.raised", severity: "error", code: "structured_output", text: words };
      return { go: "end", reason: "structured_output_retry_exhausted" };
    }
    const words = `Your answer doesn't fit the JSON Schema: ${reading.error} Answer again, with the JSON value alone.`;
    yield { type: "context.added", from: "harness", content: [text(words)] };
    return { go: "on", because: "structured_retry" };
  };
}

/** The words of the last reply; empty while it asks for calls. */
export function answerIn(view: View): string {
  const last = messagesOf(view).at(-1);
  if (last?.role !== "assistant" || last.content.some(isToolUse)) return "";
  return last.content.flatMap((block) => (block.type === "text" && typeof block["text"] === "string" ? [block["text"]] : [])).join("");
}

/** Models like to fence JSON, whatever they were told. */
function parsed(answer: string): Json | undefined {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(answer);
  try {
    return JSON.parse(fenced?.[1] ?? answer) as Json;
  } catch {
    return undefined;
  }
}
