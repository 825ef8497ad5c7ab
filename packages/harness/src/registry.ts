import type { PluginDecl, Problem, Tool } from "@keelson/protocol";
import { blocks, type BlockKit } from "@keelson/tools";

export type Registry = { readonly tools: ReadonlyMap<string, Tool>; readonly problems: readonly Problem[] };

/** The blocks that plugins enable by name, in alphabetical order: the order they are sent in. A tool that is denied as a whole isn't sent at all. */
export function enableBlocks(plugins: readonly PluginDecl[], denied: readonly string[], kit: BlockKit): Registry {
  const asked = plugins.flatMap(({ root, tools }) => tools.map((name) => ({ root, name })));
  const known = asked.filter(({ name }) => Object.hasOwn(blocks, name));
  const names = [...new Set(known.map(({ name }) => name))].filter((name) => !denied.includes(name)).toSorted();
  return {
    tools: new Map(names.flatMap((name) => (blocks[name] ? [[name, blocks[name](kit)] as const] : []))),
    problems: asked
      .filter((one) => !known.includes(one))
      .map(({ root, name }) => ({
        severity: "warning",
        file: root,
        text: `It enables a tool block that doesn't exist: ${name}. There are ${Object.keys(blocks).join(", ")}.`,
      })),
  };
}
