/** The unit of a timeout is seconds, and many think it is milliseconds: 5000 would be 83 minutes. */
import type { Json } from "@keelson/protocol";

const LOOKS_LIKE_MS = 1_000;
const MOST_MS = 600_000; // what a hook gets that asks for nothing

export type TimeoutRead = { readonly timeoutMs?: number; readonly problem?: string };

export function readTimeout(written: Json | undefined, unitMs: number): TimeoutRead {
  if (written === undefined || written === null) return {};
  const value = typeof written === "string" ? Number(written) : written;
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0)
    return { problem: `has a "timeout" that isn't a number of seconds. It gets the usual time.` };
  if (unitMs === 1_000 && value >= LOOKS_LIKE_MS)
    return {
      timeoutMs: MOST_MS,
      problem: `has a "timeout" of ${value}: that is seconds, and looks like milliseconds. It ends after ${MOST_MS / 1_000} s; write ${Math.ceil(value / 1_000)}.`,
    };
  return { timeoutMs: Math.max(1, Math.round(value * unitMs)) };
}
