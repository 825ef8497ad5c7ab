import type { Hooking } from "./hooking/hooking.ts";
import type { Conversation } from "./session.ts";
import type { Toolbox } from "./toolbox.ts";
import type { Wired } from "./wire.ts";

/** The parts of a session that need one another: each is bound when it is made, and nobody looks before the first prompt. */
export class Circle {
  conversation: Conversation | undefined;
  toolbox: Toolbox | undefined;
  hooking: Hooking | undefined;
  wired: Pick<Wired, "judge" | "askModel" | "prefix"> | undefined;

  /** Of the run that is under way. */
  get running(): AbortSignal {
    return this.conversation?.running ?? AbortSignal.abort();
  }
}
