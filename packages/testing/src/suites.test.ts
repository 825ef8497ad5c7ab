import { modelError, text, type Model } from "@keelson/protocol";
import { testModel } from "./model-suite.ts";
import { END, scripted, use, type Line } from "./script.ts";
import { effect, tool } from "./tool.ts";
import { testTool } from "./tool-suite.ts";

/** The scripted parts keep the contracts that they stand in for. */
testModel("the scripted model", async () => {
  let requests = 0;
  const counted = (...lines: readonly Line[]): Model => scripted(() => (requests++, lines));
  return {
    answering: counted(text("hello"), use("a", "write"), END),
    failing: counted(modelError("server", { message: "It broke." })),
    hanging: counted(text("hello"), 60_000, END),
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {},
  };
});

testTool("a scripted tool", async () => {
  const noop = tool(
    "noop",
    effect(() => {}),
  );
  const readOnly: typeof noop = {
    ...noop,
    bind(raw, cwd) {
      if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return { ok: false, error: "It must be an object." };
      const bound = noop.bind(raw, cwd);
      return bound.ok ? { ok: true, call: { ...bound.call, readOnly: true } } : bound;
    },
  };
  return { tool: readOnly, cwd: "/", good: {}, bad: ["words"], [Symbol.asyncDispose]: async () => {} };
});
