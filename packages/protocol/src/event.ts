import type { ContextEdit } from "./edit.ts";
import type { Block, JsonObject, Provenance, ToolResult, Usage } from "./message.ts";
import type { DeltaKind } from "./model.ts";
import type { Decision } from "./permission.ts";
import type { ContinueReason, EndReason } from "./reason.ts";
import type { Replay } from "./tool.ts";

/** The terminal feed, the SSE body, the SDK's type and the log line. Named `noun.past`. */
export type Event =
  | { readonly type: "session.opened"; readonly meta: JsonObject }
  | { readonly type: "session.changed"; readonly change: JsonObject } // mode, model, title, cwd, trust
  | {
      readonly type: "catalog.changed";
      readonly revision: number;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly changed: readonly string[];
      /** The bytes before the messages: as they were, and the model has nothing new to know; as they were, and it is told behind its last step; made afresh. */
      readonly prompt: "kept" | "announced" | "rewritten";
    }
  // Accepted, not yet seen by the model: `context.added` with the same inputId is the moment it is. Received without added = deliver again.
  | {
      readonly type: "input.received";
      readonly inputId: string;
      readonly kind: "prompt" | "steer" | "answer" | "interrupt";
      readonly from: Provenance;
      readonly content: readonly Block[];
    }
  | { readonly type: "context.added"; readonly from: Provenance; readonly content: readonly Block[]; readonly inputId?: string }
  | {
      readonly type: "context.edited";
      readonly tier: string;
      readonly edits: readonly ContextEdit[];
      readonly tokensBefore?: number;
      readonly tokensAfter?: number;
    }
  | { readonly type: "turn.started"; readonly turn: number; readonly because: ContinueReason }
  | { readonly type: "block.started"; readonly messageId: string; readonly index: number; readonly block: Block }
  | {
      readonly type: "block.delta";
      readonly messageId: string;
      readonly index: number;
      readonly kind: DeltaKind;
      readonly delta: string;
      readonly at: number;
    }
  | {
      readonly type: "block.completed";
      readonly messageId: string;
      readonly index: number;
      readonly block: Block;
      readonly malformed?: string;
    } // see ModelPart
  // Ours among the reasons: "salvaged", "aborted".
  | {
      readonly type: "reply.completed";
      readonly messageId: string;
      readonly stopReason: string;
      readonly usage: Usage;
      readonly details?: JsonObject;
    }
  | { readonly type: "reply.dropped"; readonly messageId: string; readonly because: string } // takes back what was shown
  | {
      readonly type: "model.called";
      readonly purpose: string;
      readonly model: string;
      readonly usage: Usage;
      readonly usd?: number; // absent when the price is not known
      readonly ms: number;
      readonly missed?: string;
    }
  | { readonly type: "call.judged"; readonly callId: string; readonly decision: Decision; readonly suggestion?: string } // the narrowest rule that would allow it
  | { readonly type: "call.started"; readonly callId: string; readonly input: JsonObject; readonly replay: Replay }
  | { readonly type: "call.progress"; readonly callId: string; readonly text: string }
  | {
      readonly type: "call.completed";
      readonly callId: string;
      readonly outcome: "ok" | "error" | "denied" | "aborted" | "unknown";
      readonly result: ToolResult;
      readonly ms: number;
      readonly display?: JsonObject;
    }
  | {
      readonly type: "ask.opened";
      readonly askId: string;
      readonly kind: "permission" | "question" | "elicitation" | "login" | "trust";
      readonly body: JsonObject;
      readonly callId?: string;
      readonly expiresAt?: number;
    }
  | { readonly type: "ask.answered"; readonly askId: string; readonly answer: JsonObject; readonly by: string }
  | { readonly type: "hook.started" | "hook.progress" | "hook.completed"; readonly hookId: string; readonly body: JsonObject }
  | { readonly type: "task.started" | "task.progress" | "task.completed"; readonly taskId: string; readonly body: JsonObject }
  | {
      readonly type: "agent.started" | "agent.completed";
      readonly agentId: string;
      readonly session: string;
      readonly callId?: string;
      readonly body: JsonObject;
    }
  | { readonly type: "agent.relayed"; readonly envelope: Envelope } // never leaves the session: it yields the child's envelope in its place
  | { readonly type: "checkpoint.taken"; readonly checkpointId: string; readonly tree: string }
  | {
      readonly type: "recovery.attempted";
      readonly because: string;
      readonly attempt: number;
      readonly waitMs: number;
      readonly status?: number;
    }
  | { readonly type: "notice.raised"; readonly severity: "info" | "warning" | "error"; readonly code: string; readonly text: string }
  | { readonly type: "heartbeat" }
  | { readonly type: "run.ended"; readonly reason: EndReason; readonly totals: JsonObject };

/** Total, so that a new event cannot be forgotten. Deltas and progress are ephemeral: the completed event carries the whole. */
export const DURABLE: Readonly<Record<Event["type"], boolean>> = {
  "session.opened": true,
  "session.changed": true,
  "catalog.changed": true,
  "input.received": true,
  "context.added": true,
  "context.edited": true,
  "turn.started": true,
  "block.started": false,
  "block.delta": false,
  "block.completed": true,
  "reply.completed": true,
  "reply.dropped": true,
  "model.called": true,
  "call.judged": true,
  "call.started": true,
  "call.progress": false,
  "call.completed": true,
  "ask.opened": true,
  "ask.answered": true,
  "hook.started": true,
  "hook.progress": false,
  "hook.completed": true,
  "task.started": true,
  "task.progress": false,
  "task.completed": true,
  "agent.started": true,
  "agent.completed": true,
  "agent.relayed": false,
  "checkpoint.taken": true,
  "recovery.attempted": true,
  "notice.raised": true,
  heartbeat: false,
  "run.ended": true,
};

/** A log line, an SSE message, what a session yields. `seq` counts durable events only, from 1; an ephemeral one has none. `path`: agents from the root. `at`: ms since the epoch. */
export type Envelope = {
  readonly v: 1;
  readonly seq?: number;
  readonly at: number;
  readonly session: string;
  readonly run: string;
  readonly path: readonly string[];
  readonly event: Event;
};
