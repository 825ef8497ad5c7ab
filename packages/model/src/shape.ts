import type { Block, JsonObject, Tool } from "@keelson/protocol";
import { text } from "@keelson/protocol";
import type { ModelInfo } from "./catalog.ts";
import type { Dialect } from "./dialect.ts";
import { MARK } from "./marks.ts";

/** `fixed` is the same for everyone, `live` isn't: what stands behind `fixed` may change without touching the cache. */
export type Prompt = {
  readonly dialect: Dialect;
  readonly model: ModelInfo;
  readonly system: { readonly fixed: string; readonly live: string };
  readonly tools: readonly Tool[];
  /** How hard it tries; the model's own measure where it is absent. Another word is as good as none. */
  readonly effort?: string | undefined;
};

const EFFORTS: readonly string[] = ["low", "medium", "high", "xhigh", "max"];

/** A request without model, messages and output limit, as the endpoint spells it. The same prompt gives the same bytes. */
export function shape({ dialect, model, system, tools, effort = "" }: Prompt): JsonObject {
  const mark = dialect.supportsCacheControl ? { cache_control: MARK } : {};
  const listed = tools.map(({ name, description, inputSchema }, at) => ({
    name,
    description,
    input_schema: inputSchema,
    ...(at === tools.length - 1 && mark),
  }));
  const blocks: readonly Block[] = [
    ...(system.fixed === "" ? [] : [{ ...text(system.fixed), ...mark }]),
    ...(system.live === "" ? [] : [text(system.live)]),
  ];
  const thinks = dialect.supportsThinking && (model.thinking === "always" || model.thinking === "adaptive");
  return {
    ...(listed.length > 0 && { tools: listed }),
    ...(blocks.length > 0 && { system: blocks }),
    // Without `summarized` the 5.5 generation is silent between tool calls: what it says there comes as thinking, and empty.
    ...(thinks && { thinking: { type: "adaptive", display: "summarized" } }),
    ...(thinks && EFFORTS.includes(effort) && { output_config: { effort } }),
  };
}
