/**
 * What a tool file is handed. Rule: frozen from the first release on; a test compares it with what it was. It is made once for each
 * conversation, and its parts are those that the blocks have.
 */
import * as z from "zod";
import type { FileStore, Tool } from "@keelson/protocol";
import { isAvailable } from "../blocks/available.ts";
import { blocks } from "../blocks/catalogue.ts";
import type { BlockKit } from "../blocks/kit.ts";
import { runner, type Run } from "./run.ts";
import { authoredTool, type AuthoredTool } from "./spec.ts";

export type ToolKit = {
  readonly version: 1;
  readonly defineTool: (spec: AuthoredTool) => Tool;
  readonly z: typeof z;
  readonly files: FileStore;
  readonly run: Run;
  /** The blocks that this session can have, by name: `bind` an input, and run the call that comes of it. They aren't judged there. */
  readonly blocks: Readonly<Record<string, Tool>>;
};

export function openToolKit(kit: BlockKit): ToolKit {
  const made = new Map<string, Tool>();
  const names = Object.keys(blocks).filter((name) => isAvailable(name, kit));
  const offered: Record<string, Tool> = {};
  for (const name of names)
    Object.defineProperty(offered, name, {
      enumerable: true,
      get: () => {
        const tool = made.get(name) ?? blocks[name]?.(kit);
        if (tool) made.set(name, tool);
        return tool;
      },
    });
  return Object.freeze({ version: 1, defineTool: authoredTool, z, files: kit.files, run: runner(kit), blocks: offered });
}
