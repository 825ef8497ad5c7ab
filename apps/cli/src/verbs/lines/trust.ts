import { oneOf } from "../../option-values.ts";
import { below, read, type Line } from "./line.ts";

export const TRUSTED_AS = ["folder", "plugin", "code"] as const;
export type TrustedAs = (typeof TRUSTED_AS)[number];
/** `folder`: of the current one when absent. `as`: which of the three; what the folder is says it when absent. */
export type TrustAsked = { readonly json: boolean } & (
  | { readonly what: "list" | "sweep" }
  | { readonly what: "revoke"; readonly which: string }
  | { readonly what: "give"; readonly folder?: string; readonly as?: TrustedAs }
);

type Given = { readonly json?: boolean; readonly as?: TrustedAs };

export function readTrust(line: Line): TrustAsked {
  let asked: TrustAsked = { what: "list", json: false };
  const trust = line.program("Which folders, and which states of plugins, may grant and run things. Without a word: list.");
  below(trust, "list", "what is trusted, and what this folder brings")
    .option(...JSON_OPTION)
    .action(({ json = false }: Given) => void (asked = { what: "list", json }));
  below(trust, "give [folder]", "trusts a folder's settings and skills; of a plugin directory, its programs in the state they are in")
    .option("--as <trust>", `which of the three is meant: ${TRUSTED_AS.join(", ")}; none implies another`, oneOf(TRUSTED_AS))
    .option(...JSON_OPTION)
    .action(
      (folder: string | undefined, { json = false, as }: Given) =>
        void (asked = { what: "give", json, ...(folder !== undefined && { folder }), ...(as && { as }) }),
    );
  below(trust, "revoke <what>", "takes a trust back: by path, name or hash")
    .option(...JSON_OPTION)
    .action((which: string, { json = false }: Given) => void (asked = { what: "revoke", which, json }));
  below(trust, "sweep", "removes copies of plugins that no trust names and that nobody used for thirty days")
    .option(...JSON_OPTION)
    .action(({ json = false }: Given) => void (asked = { what: "sweep", json }));
  trust
    .allowExcessArguments()
    .action(() =>
      trust.args.length > 0 ? trust.error(`There is no ${trust.args[0]}. One of these is wanted: list, give, revoke, sweep.`) : undefined,
    );
  read(trust, line);
  return asked;
}

const JSON_OPTION = ["--json", "as one JSON object"] as const;
