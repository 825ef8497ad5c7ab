import type { Event, HookOutcome } from "@keelson/protocol";

/** A hook ended the run, in words for the user; the model isn't told them. */
export const stopNotice = (why: string): Event => ({
  type: "notice.raised",
  severity: "warning",
  code: "hook_stopped",
  text: `The run was ended. ${why}`,
});

/** Whose word it was stands before it. */
export const stopWords = ({ by, reason }: NonNullable<HookOutcome["stop"]>): string => `${by.name}: ${reason}`;
