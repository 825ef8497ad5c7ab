/** What each block says of itself to the model. No block is run for it, so the kit is the least one. */
import { bodies } from "../src/blocks/bodies.ts";
import type { BlockKit } from "../src/blocks/kit.ts";
import type { Shown } from "../src/blocks/shown.ts";
import { diskFiles } from "../src/files/disk.ts";
import { createSeen } from "../src/files/seen.ts";
import { startProcess } from "../src/process/start.ts";

const KIT: BlockKit = {
  files: diskFiles(),
  run: startProcess,
  seen: createSeen(),
  shell: { cwd: "/" },
  env: {},
  home: "/",
  roots: () => [],
  spillDir: "/",
};

export function shownByBodies(): readonly Shown[] {
  return Object.values(bodies).map((body) => {
    const { name, description, inputSchema } = body(KIT);
    return { name, description, inputSchema };
  });
}
