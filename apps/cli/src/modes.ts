import { nearest, MODES, type Mode } from "@keelson/protocol";

export type AskedMode = Mode;
export type ModeRead = { readonly ok: true; readonly mode: AskedMode } | { readonly ok: false; readonly error: string };

const NAMES: readonly AskedMode[] = MODES;

export function readMode(name: string): ModeRead {
  const mode = name === "manual" ? "default" : NAMES.find((each) => each === name); // manual is its other name
  if (mode) return { ok: true, mode };
  const meant = nearest(name, NAMES);
  return { ok: false, error: `${meant === undefined ? "" : `Did you mean ${meant}? `}There are: ${NAMES.join(", ")}.` };
}
