import type { Clock } from "@keelson/protocol";
import type { Place } from "./house.ts";
import type { Sessions } from "./sessions/sessions.ts";
import type { TelemetryOpening } from "./telemetry/open.ts";

/** What a plain run has no need of: loaded at the first call, not with the rest. */
export async function openSessions(place: Pick<Place, "keelHome">, wall: () => number): Promise<Sessions> {
  return (await import("./sessions/sessions.ts")).openSessions(place, wall);
}

export async function openTelemetry(env: Place["env"], version: string, clock: Pick<Clock, "sleep">): Promise<TelemetryOpening> {
  return await (await import("./telemetry/open.ts")).openTelemetry(env, version, clock);
}
