import { sandboxAvailability, scrub } from "@keelson/tools";
import type { Gathered } from "../gather.ts";
import type { Place, Refusal } from "../house.ts";

/** Where a sandbox is asked for: can there be one? Found out by making one, outside of the project. Required and not to be had refuses the session. */
export async function withSandbox(gathered: Gathered, { env, platform }: Place): Promise<Gathered | Refusal> {
  const { sandbox } = gathered.settings;
  if (!sandbox?.enabled) return gathered;
  const place = { cwd: "/", env: scrub(env, platform), ...(sandbox.bwrapPath !== undefined && { program: sandbox.bwrapPath }) };
  const { available, hosts, why } = await sandboxAvailability(place, new AbortController().signal);
  const wantsHosts = (sandbox.network?.allowedDomains ?? []).length > 0;
  if (available && (hosts || !wantsHosts)) return gathered;
  const text = `There is no sandbox here: ${why ?? "it can't be made"}`;
  if (sandbox.failIfUnavailable) return { code: "settings", text: `${text} The settings require one (sandbox.failIfUnavailable).` };
  return {
    ...gathered,
    settings: { ...gathered.settings, sandbox: { ...sandbox, enabled: false } },
    problems: [...gathered.problems, { severity: "warning", file: "", text: `${text} Commands run without one, and are asked about.` }],
  };
}
