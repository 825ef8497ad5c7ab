import { randomUUID } from "node:crypto";
import type { Envelope } from "@keelson/protocol";
import { shorten, visible } from "./clean.ts";
import { deniedLine } from "./denied-line.ts";
import { answerOf } from "./ending.ts";
import { heartbeats } from "./heartbeat-line.ts";
import type { Format } from "./options.ts";
import type { Paint } from "./paint.ts";
import { waitingLine } from "./recovery-line.ts";
import type { Renderer } from "./render.ts";
import { resultOf, type Outcome } from "./result.ts";
import type { About } from "./stream-json.ts";
import { lines } from "./wire.ts";

/** What one output format prints: when a session is open, for each envelope, and at the end. */
export type Report = {
  readonly open: () => Said;
  readonly next: (envelope: Envelope) => Said;
  readonly end: (outcome: Outcome) => Said;
};
export type Said = { readonly out?: string; readonly err?: string };
export type Options = {
  readonly version: string;
  readonly verbose: boolean;
  readonly partial: boolean;
  readonly agentText: boolean;
  readonly unattended: boolean;
};

const rendering = async (cwd: string, paint: Paint): Promise<Renderer> =>
  new (await import("./render.ts")).Renderer(() => ({ paint, width: 160, cwd }), false);

/** The stream is loaded when it is asked for, and most of `about` is told by it alone. */
export const REPORTS: Readonly<Record<Format, (about: () => About, options: Options) => Promise<Report>>> = {
  text: async (about, { verbose }) => {
    const plain = verbose ? (await import("./paint.ts")).paint(false) : undefined;
    const renderer = plain && (await rendering(about().cwd, plain));
    const alive = heartbeats();
    return {
      open: () => ({}),
      next: (envelope) => ({ err: (renderer?.show(envelope) ?? asideOf(envelope) + messageOf(envelope)) + alive(envelope) }),
      end: ({ tally }) => {
        const answer = tally.structured === undefined ? answerOf(tally) : JSON.stringify(tally.structured);
        const denied = deniedLine(tally.denials);
        const empty = tally.end === "completed" && answer.trim() === "" ? "The model ended without saying anything.\n" : "";
        return { out: answer === "" ? "" : `${answer.trimEnd()}\n`, err: empty + (denied === undefined ? "" : `${denied}\n`) };
      },
    };
  },
  json: async () => {
    const alive = heartbeats();
    return {
      open: () => ({}),
      next: (envelope) => ({ err: asideOf(envelope) + alive(envelope) }),
      end: (outcome) => ({ out: lines([resultOf(outcome)]) }),
    };
  },
  "stream-json": async (about, { version, ...options }) => {
    const { mapper } = await import("./stream-json.ts");
    const { opening, next } = mapper(about(), version, { ...options, uuid: randomUUID });
    return {
      open: () => ({ out: lines([opening()]) }),
      next: (envelope) => ({ out: lines(next(envelope)), err: asideOf(envelope) }),
      end: (outcome) => ({ out: lines([resultOf(outcome)]) }),
    };
  },
};

/** A session that could not be opened has a result all the same, for programs that read one. */
export function refusedResult(format: Format, outcome: Outcome): string {
  return format === "text" ? "" : lines([resultOf(outcome)]);
}

const LONG_WAIT_MS = 10_000;

const LONGEST_MESSAGE = 1_000; // characters

/** What a hook has to say to the person. */
const messageOf = ({ event }: Envelope): string =>
  event.type === "notice.raised" && event.code === "hook_message" ? `${shorten(visible(event.text), LONGEST_MESSAGE)}\n` : "";

/** What a person should know before the end: a warning, or why nothing happens for so long. */
export function asideOf({ event }: Envelope): string {
  if (event.type === "notice.raised" && event.severity === "warning") return `warning: ${visible(event.text)}\n`;
  return event.type === "recovery.attempted" && event.waitMs >= LONG_WAIT_MS ? `${waitingLine(event)}\n` : "";
}
