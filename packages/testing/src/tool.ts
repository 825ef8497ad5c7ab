import { text, type BoundCall, type JsonObject, type Tool, type ToolContext, type ToolOutput, type ToolStep } from "@keelson/protocol";

/** Scripted tools: a name, what happens, and the traits that matter to the loop. */
type Run = (ctx: ToolContext, input: JsonObject) => AsyncGenerator<ToolStep, ToolOutput>;
export function tool(name: string, run: Run, traits: Partial<Pick<BoundCall, "concurrencySafe" | "replay">> = {}): Tool {
  return {
    name,
    description: `The ${name} tool.`,
    inputSchema: { type: "object" },
    bind: (raw) => {
      const input = raw as JsonObject;
      return {
        ok: true,
        call: {
          input,
          effects: [],
          readOnly: false,
          concurrencySafe: false,
          replay: "never",
          ...traits,
          validate: async () => undefined,
          run: (ctx) => run(ctx, input),
        },
      };
    },
  };
}
export const effect = (act: (ctx: ToolContext) => unknown): Run =>
  async function* (ctx) {
    await act(ctx);
    return { content: [text(`did ${ctx.callId}`)] };
  };
export const named = (...tools: readonly Tool[]): ReadonlyMap<string, Tool> => new Map(tools.map((one) => [one.name, one]));
