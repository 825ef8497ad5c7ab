import type { PluginDecl, Problem, Tool } from "@keelson/protocol";
import { blocks, isAvailable, type BlockKit } from "@keelson/tools";

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

/** The blocks that plugins enable by name, in alphabetical order: the order they are sent in. A tool that is denied as a whole isn't sent at all. */
export function enableBlocks(plugins: readonly PluginDecl[], offer: Offer, kit: BlockKit): Registry {
  const asked = plugins.flatMap(({ root, tools }) => tools.map((name) => ({ root, name })));
  const known = asked.filter(({ name }) => Object.hasOwn(blocks, name));
  const names = [...new Set(known.map(({ name }) => name))].filter((name) => isOffered(name, offer) && isAvailable(name, kit)).toSorted();
  return {
    tools: new Map(
      names
        .filter((name) => offer.shown?.includes(name) ?? true)
        .flatMap((name) => (blocks[name] ? [[name, blocks[name](kit)] as const] : [])),
    ),
    lent: names,
    problems: [
      ...(offer.only ?? []).filter((name) => !known.some((one) => one.name === name)).map(notThere),
      ...asked
        .filter((one) => !known.includes(one))
        .map(({ root, name }): Problem => ({
          severity: "warning",
          file: root,
          text: `It enables a tool block that doesn't exist: ${name}. There are ${Object.keys(blocks).join(", ")}.`,
        })),
    ],
  };
}

const notThere = (name: string): Problem => ({
  severity: "warning",
  file: "",
  text: `No tool is named ${name}, so it can't be the one that is offered.`,
});

const isOffered = (name: string, { denied, only }: Offer): boolean => !denied.includes(name) && (only?.includes(name) ?? true);
