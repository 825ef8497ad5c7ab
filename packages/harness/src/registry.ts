import { dirname } from "node:path";
import type { PluginDecl, Problem, Tool } from "@keelson/protocol";
import { blocks, isAvailable, type BlockKit } from "@keelson/tools";
import type { ToolFiles } from "./plugins/tool-files.ts";

export type Registry = {
  readonly tools: ReadonlyMap<string, Tool>;
  /** All that its agents may be given: also what isn't shown here. */
  readonly lent: readonly string[];
  readonly problems: readonly Problem[];
};

/** `only`: no others, when it is given. `shown`: of these, for the conversation itself. */
type Offer = {
  readonly denied: readonly string[];
  readonly only: readonly string[] | undefined;
  readonly shown: readonly string[] | undefined;
};

/** Tools that plugins bring as code, by the names that the model calls them by. */
export type OwnTools = Pick<Registry, "tools" | "problems"> & {
  readonly from: ReadonlyMap<string, { readonly name: string; readonly root: string }>;
};
export const NO_OWN_TOOLS: OwnTools = { tools: new Map(), problems: [], from: new Map() };

/**
 * The blocks that plugins enable, in alphabetical order, then the tools of their own, in that order too: so they are sent. A tool that is
 * denied as a whole isn't sent at all.
 */
export function openRegistry(plugins: readonly PluginDecl[], own: OwnTools, offer: Offer, kit: BlockKit): Registry {
  const asked = plugins.flatMap(({ root, tools }) => tools.map((name) => ({ root, name })));
  const known = asked.filter(({ name }) => Object.hasOwn(blocks, name));
  const enabled = [...new Set(known.map(({ name }) => name))].filter((name) => isAvailable(name, kit)).toSorted();
  const lent = [...enabled, ...[...own.tools.keys()].toSorted()].filter((name) => isOffered(name, offer));
  const shown = lent.filter((name) => offer.shown?.includes(name) ?? true);
  return {
    tools: new Map(
      shown.flatMap((name) => {
        const tool = own.tools.get(name) ?? blocks[name]?.(kit);
        return tool ? [[name, tool] as const] : [];
      }),
    ),
    lent,
    problems: [
      ...(offer.only ?? []).filter((name) => !known.some((one) => one.name === name) && !own.tools.has(name)).map(notThere),
      ...asked
        .filter((one) => !known.includes(one))
        .map(({ root, name }): Problem => ({
          severity: "warning",
          file: root,
          text: `It enables a tool block that doesn't exist: ${name}. There are ${Object.keys(blocks).join(", ")}.`,
        })),
      ...own.problems,
    ],
  };
}

const LONGEST_NAME = 128; // letters: what endpoints take

/** Made for one conversation. Each under its own name where that is free, else behind its plugin's; what comes with keelson is never replaced. */
export function ownTools(files: ToolFiles, kit: BlockKit): OwnTools {
  const made = files.make(kit);
  const tools = new Map<string, Tool>();
  const from = new Map<string, { readonly name: string; readonly root: string }>();
  const problems: Problem[] = [...made.problems];
  const isFree = (name: string): boolean => name.length <= LONGEST_NAME && !Object.hasOwn(blocks, name) && !tools.has(name);
  for (const { plugin, file, tool } of made.tools) {
    const name = [tool.name, `${plugin.replaceAll(/[^\w-]+/g, "_")}__${tool.name}`].find(isFree);
    if (name !== undefined) {
      tools.set(name, { ...tool, name });
      from.set(name, { name: plugin, root: dirname(dirname(file)) });
    } else problems.push({ severity: "warning", file, text: `has a tool ${tool.name}, and that name is taken. Give it another.` });
  }
  return { tools, problems, from };
}

const notThere = (name: string): Problem => ({
  severity: "warning",
  file: "",
  text: `No tool is named ${name}, so it can't be the one that is offered.`,
});

const isOffered = (name: string, { denied, only }: Offer): boolean => !denied.includes(name) && (only?.includes(name) ?? true);
