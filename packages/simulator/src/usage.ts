import type { InputUsage } from "./prompt/cache.ts";
import type { MessageReply, ReplyBlock } from "./reply.ts";

/** What a reply says it cost, as the wire spells it. What the scenario names stands as it is. */
export function usageOf({ blocks, usage: named = {} }: MessageReply, input: InputUsage, output: number) {
  const searched = { web_search_requests: callsOf(blocks, "web_search"), web_fetch_requests: callsOf(blocks, "web_fetch") };
  return {
    input_tokens: input.rest,
    cache_creation_input_tokens: input.written5m + input.written1h,
    cache_read_input_tokens: input.read,
    cache_creation: { ephemeral_5m_input_tokens: input.written5m, ephemeral_1h_input_tokens: input.written1h },
    output_tokens: output,
    service_tier: "standard",
    ...(searched.web_search_requests + searched.web_fetch_requests > 0 && { server_tool_use: searched }),
    ...named,
  };
}

/** A scenario that names a figure of the input does the accounting of the cache itself. */
export const namesInput = ({ usage = {} }: MessageReply): boolean => Object.keys(usage).some((key) => key !== "output_tokens");

const callsOf = (blocks: readonly ReplyBlock[], tool: string): number =>
  blocks.filter((block) => "serverTool" in block && block.serverTool === tool).length;
