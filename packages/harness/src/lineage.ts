import type { Network } from "@keelson/model";
import type { Event, Mode } from "@keelson/protocol";
import type { Board } from "@keelson/tools";
import type { AgentKind } from "./agents/kinds.ts";
import type { Leases } from "./agents/leases.ts";
import type { Crew } from "./agents/team.ts";
import type { Ledger } from "./budget/ledger.ts";
import type { Approvals } from "./approvals.ts";
import type { SystemPrompt } from "./prompt.ts";
import type { Recollection } from "./recollection.ts";
import type { Servers } from "./servers/ports.ts";

export type Asks = Pick<Recollection, "askAbout"> & {
  readonly note: (event: Event) => void;
  /** Is a question of this agent open? */
  readonly isOpen: (agent: string) => boolean;
};

/** What a session and all its agents have in common, and where one of them stands among them. */
export type Lineage = {
  /** Agents from the root; empty for the session itself. */
  readonly path: readonly string[];
  readonly network: Network;
  readonly ledger: Ledger;
  readonly approvals: Approvals;
  readonly board: Board;
  readonly leases: Leases;
  readonly crew: Crew;
  /** Where the session keeps its agents' questions, by the agent's path and the call. */
  readonly asks: Asks;
  /** Language servers and monitors. */
  readonly servers: Servers;
  /** One more folder to work in. In words why not; undefined when it is done. */
  readonly addFolder: (path: string) => Promise<string | undefined>;
  /** Reads plugin directories and settings again, before anything was sent. */
  readonly refresh: () => Promise<void>;
  /** Whose sub-agent it is, and where hooks can read that conversation as far as it has come. */
  readonly parent?: { readonly session: string; readonly transcript: () => Promise<string> };
  /** What kind of agent a sub-agent is. */
  readonly kind?: string;
  /** The kind of a sub-agent as a whole: what it begins with. */
  readonly begins?: Pick<AgentKind, "name" | "skills" | "memory" | "instructions" | "fork" | "hooks">;
  /** It judges for a hook: nothing but what it is asked about is told to it. */
  readonly judges?: true;
  /** A sub-agent's mode, which follows its parent's. */
  readonly mode?: () => Mode;
  /** A fork's: its parent's, to the byte. */
  readonly system?: SystemPrompt;
};
