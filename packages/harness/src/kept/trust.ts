import { join } from "node:path";
import type { Json } from "@keelson/protocol";
import { keep } from "./kept.ts";

/** Three trusts, each given by itself and none implied by another: a folder, an installed plugin's tree, code in our process. */
export const TRUSTS = ["folder", "plugin", "code"] as const;
export type TrustKind = (typeof TRUSTS)[number];
/** `subject`: the real path of a folder, or the hash of a tree. `name`: for people. `granted`: ms since the epoch. */
export type Trusted = { readonly kind: TrustKind; readonly subject: string; readonly name: string; readonly granted: number };
export type TrustStore = {
  /** In words why it can't be read. */
  list(): Promise<readonly Trusted[] | string>;
  holds(kind: TrustKind, subject: string): Promise<boolean>;
  /** In words why it couldn't be kept. */
  give(trusted: Trusted): Promise<string | undefined>;
  /** By subject or name; what was taken back, or in words why not. */
  revoke(what: string): Promise<readonly Trusted[] | string>;
};

/** In `keelHome/var/trust`. What can't be read trusts nothing. */
export function openTrust(keelHome: string): TrustStore {
  const kept = keep<Trusted>(join(keelHome, "var", "trust"), { keyOf, parse: trustedOf });
  return {
    list: () => kept.list(),
    async holds(kind, subject) {
      const found = await kept.get(keyOf({ kind, subject }));
      return found?.kind === kind && found.subject === subject;
    },
    give: (trusted) => kept.put(trusted),
    async revoke(what) {
      const list = await kept.list();
      if (typeof list === "string") return list;
      const meant = list.filter(({ subject, name }) => subject === what || name === what);
      const said = await Promise.all(meant.map((trusted) => kept.drop(trusted)));
      return said.find((trouble) => trouble !== undefined) ?? meant;
    },
  };
}

const keyOf = ({ kind, subject }: Pick<Trusted, "kind" | "subject">): string => `${kind}\0${subject}`;

function trustedOf(entry: Json): Trusted | undefined {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return undefined;
  const { kind, subject, name, granted } = entry as { readonly [key: string]: Json };
  const known = TRUSTS.find((one) => one === kind);
  if (known === undefined || typeof subject !== "string" || typeof name !== "string" || typeof granted !== "number") return undefined;
  return { kind: known, subject, name, granted };
}
