import { below, read, type Line } from "./line.ts";

/** `folder`: of the current one when absent. */
export type TrustAsked =
  | { readonly what: "list"; readonly json: boolean }
  | { readonly what: "revoke"; readonly which: string }
  | { readonly what: "give"; readonly folder?: string };

export function readTrust(line: Line): TrustAsked {
  let asked: TrustAsked = { what: "list", json: false };
  const trust = line.program("Which folders, and which states of plugins, may grant and run things. Without a word: list.");
  below(trust, "list", "what is trusted, and what this folder brings")
    .option("--json", "as one JSON object")
    .action(({ json = false }: { json?: boolean }) => void (asked = { what: "list", json }));
  below(
    trust,
    "give [folder]",
    "trusts a folder's settings and plugins; of a plugin directory, its programs in the state they are in",
  ).action((folder?: string) => void (asked = { what: "give", ...(folder !== undefined && { folder }) }));
  below(trust, "revoke <what>", "takes a trust back: by path, name or hash").action(
    (which: string) => void (asked = { what: "revoke", which }),
  );
  trust
    .allowExcessArguments()
    .action(() =>
      trust.args.length > 0 ? trust.error(`There is no ${trust.args[0]}. One of these is wanted: list, give, revoke.`) : undefined,
    );
  read(trust, line);
  return asked;
}
