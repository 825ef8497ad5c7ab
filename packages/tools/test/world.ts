/** A session of one's own for a test: a folder, a kit with everything real, and the blocks by name. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import type { Bound, Json, JsonObject, ToolContext, ToolOutput } from "@keelson/protocol";
import { blocks, createSeen, diskFiles, openProcesses, scrub, type BlockKit, type Processes } from "../src/index.ts";

export type Answer = { readonly text: string; readonly isError: boolean; readonly output: ToolOutput; readonly progress: string };
export type World = AsyncDisposable & {
  readonly cwd: string;
  readonly kit: BlockKit;
  readonly processes: Processes;
  /** Puts a file into the session's folder and says where. */
  put(name: string, content: string | Uint8Array): Promise<string>;
  bind(name: string, input: Json): Bound;
  /** As the loop does it: bound, validated, run. */
  call(name: string, input: Json, signal?: AbortSignal): Promise<Answer>;
};

/** `warm`: each call is announced before it comes, as when a reply streams. */
export async function openWorld(more: Partial<BlockKit> = {}, { warm = false } = {}): Promise<World> {
  const home = await temporaryHome();
  const cwd = join(home.path, "project");
  await mkdir(cwd);
  const processes = openProcesses();
  const kit: BlockKit = {
    files: diskFiles(),
    run: processes.run,
    processes,
    seen: createSeen(),
    shell: { cwd },
    env: scrub(process.env, process.platform),
    home: home.path,
    roots: () => [cwd],
    spillDir: join(home.path, "outputs"),
    ...more,
  };
  const bind = (name: string, input: Json): Bound => {
    const block = blocks[name];
    if (!block) throw new Error(`No block is named ${name}.`);
    const tool = block(kit);
    if (warm) tool.warm?.();
    return tool.bind(input, cwd);
  };
  return {
    cwd,
    kit,
    processes,
    bind,
    async put(name, content) {
      const path = join(cwd, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      return path;
    },
    async call(name, input, signal = new AbortController().signal) {
      const bound = bind(name, input);
      if (!bound.ok) return answer({ content: [{ type: "text", text: bound.error }], isError: true }, "");
      const ctx: ToolContext = { callId: "call_1", session: "s", cwd, signal };
      const refusal = await bound.call.validate(ctx);
      if (refusal !== undefined) return answer({ content: [{ type: "text", text: refusal }], isError: true }, "");
      let progress = "";
      const running = bound.call.run(ctx);
      let step = await running.next();
      for (; !step.done; step = await running.next()) if (step.value.type === "progress") progress += step.value.text;
      return answer(step.value, progress);
    },
    async [Symbol.asyncDispose]() {
      await processes[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

function answer(output: ToolOutput, progress: string): Answer {
  const words = output.content.map((block) => (typeof block["text"] === "string" ? block["text"] : "")).join("\n");
  return { text: words, isError: output.isError ?? false, output, progress };
}

export function dataOf({ output }: Answer): JsonObject {
  if (typeof output.data !== "object" || output.data === null || Array.isArray(output.data)) throw new Error("The answer has no data.");
  return output.data as JsonObject;
}
