import type { Clock, Problem } from "@keelson/protocol";
import type { Place } from "./house.ts";
import type { StylesOf } from "./instructions/styles.ts";
import type { Sessions } from "./sessions/sessions.ts";
import type { TelemetryOpening } from "./telemetry/open.ts";

/** What a plain run has no need of: loaded at the first call, not with the rest. */
export async function openSessions(
  place: Pick<Place, "keelHome">,
  wall: () => number,
  heard?: (problem: Problem) => void,
): Promise<Sessions> {
  return (await import("./sessions/sessions.ts")).openSessions(place, wall, heard);
}

export async function openTelemetry(env: Place["env"], version: string, clock: Pick<Clock, "sleep">): Promise<TelemetryOpening> {
  return await (await import("./telemetry/open.ts")).openTelemetry(env, version, clock);
}

export async function pickStyle(of: StylesOf, words: string): Promise<string> {
  return await (await import("./instructions/styles.ts")).pickStyle(of, words);
}

/** What is told of rules, trust and plugins without a session. */
export const inspectPermissions = async (): Promise<typeof import("./inspect/permissions.ts")> => await import("./inspect/permissions.ts");
export const inspectTrust = async (): Promise<typeof import("./inspect/trust.ts")> => await import("./inspect/trust.ts");
export const inspectPlugins = async (): Promise<typeof import("./inspect/plugins.ts")> => await import("./inspect/plugins.ts");
