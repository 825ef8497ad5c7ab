/** What hooks say, with whose words they are. */
import type { Event, HookOutcome, HookRef } from "@keelson/protocol";

/** For the model: nobody else is to be taken for the one who says it. */
export const spoken = ({ name }: HookRef, words: string): string => `${capital(name)} says:${words.includes("\n") ? "\n" : " "}${words}`;

export const capital = (words: string): string => `${words[0]?.toUpperCase()}${words.slice(1)}`;

/** A hook ended the run, in words for the user; the model isn't told them. */
export const stopNotice = (why: string): Event => ({
  type: "notice.raised",
  severity: "warning",
  code: "hook_stopped",
  text: `The run was ended. ${why}`,
});

export const stopWords = ({ by, reason }: NonNullable<HookOutcome["stop"]>): string => `${by.name}: ${reason}`;
