/** Plugin directories as authors write them, in a temporary home. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { World } from "./world.ts";

/** A plugin of these files; what isn't text is written as JSON. Where it stands. */
export async function plugin(w: Pick<World, "home">, name: string, files: Readonly<Record<string, string | object>>): Promise<string> {
  const root = join(w.home, name);
  for (const [path, content] of Object.entries({ ".claude-plugin/plugin.json": { name }, ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
}
