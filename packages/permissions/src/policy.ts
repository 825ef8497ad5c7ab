// Which modes may be had: an administrator can forbid two of them, and a repository can't ask for them.
import { MODES, type Mode } from "@keelson/protocol";

/** `disableBypassPermissionsMode` and `disableAutoMode` of any settings that aren't a repository's. */
export type ModePolicy = { readonly bypass: "allowed" | "forbidden"; readonly auto: "allowed" | "forbidden" };
/** Who asks for a mode. */
export type ModeFrom = "user" | "repository";
export type ModeRuling = { readonly ok: true; readonly mode: Mode } | { readonly ok: false; readonly why: string };

const FORBIDDEN_BY: Readonly<Partial<Record<Mode, keyof ModePolicy>>> = { bypassPermissions: "bypass", auto: "auto" };

/** `manual` is another name of `default`. A mode that is refused is never replaced by a wider one. */
export function rulingOn(name: string, from: ModeFrom, policy: ModePolicy): ModeRuling {
  const mode = name === "manual" ? "default" : MODES.find((one) => one === name);
  if (!mode) return { ok: false, why: `There is no mode ${name}. There are: ${MODES.join(", ")}.` };
  const key = FORBIDDEN_BY[mode];
  if (key !== undefined && policy[key] === "forbidden")
    return { ok: false, why: `Mode ${mode} is forbidden by the settings. Choose another.` };
  if (key !== undefined && from === "repository")
    return { ok: false, why: `Mode ${mode} isn't taken from a repository's settings. Choose it yourself, or in your own settings.` };
  return { ok: true, mode };
}

export const policyOf = (
  permissions: { readonly disableBypassPermissionsMode?: unknown; readonly disableAutoMode?: unknown } | undefined,
): ModePolicy => ({
  bypass: permissions?.disableBypassPermissionsMode === "disable" ? "forbidden" : "allowed",
  auto: permissions?.disableAutoMode === "disable" ? "forbidden" : "allowed",
});
