const YES = { supported: true };
const CAPABILITIES = {
  batch: YES,
  citations: YES,
  code_execution: YES,
  context_management: { supported: true, clear_thinking_20251015: YES, clear_tool_uses_20250919: YES, compact_20260112: YES },
  effort: { supported: true, low: YES, medium: YES, high: YES, xhigh: YES, max: YES },
  image_input: YES,
  pdf_input: YES,
  server_tools: { supported: true, code_execution: YES, web_search: YES },
  structured_outputs: YES,
  thinking: { supported: true, types: { adaptive: YES, between_tools: YES, disabled: YES, enabled: YES } },
};

/** What the server lists when the script names no model. */
export const DEFAULT_MODEL = "keelson-simulator";

/** A model as `/v1/models` describes it: it can do everything, in a window of 200,000 tokens unless the scenario has another. */
export function describeModel(id: string, window: number = 200_000) {
  return {
    type: "model",
    id,
    display_name: id,
    created_at: "1970-01-01T00:00:00Z",
    deprecated_at: null,
    lifecycle: "active",
    line: null,
    max_input_tokens: window,
    max_tokens: 64_000,
    retires_at: null,
    capabilities: CAPABILITIES,
  };
}
