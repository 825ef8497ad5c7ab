import { nearest, MODES, type Mode } from "@keelson/protocol";

/** The modes that can be asked for by name: all but `auto`, as no classifier answers in place of a person yet. */
export type AskedMode = Mode;
export type ModeRead = { readonly ok: true; readonly mode: AskedMode } | { readonly ok: false; readonly error: string };

const NAMES: readonly AskedMode[] = MODES.filter((mode) => mode !== "auto");

export function readMode(name: string): ModeRead {
  const mode = name === "manual" ? "default" : NAMES.find((each) => each === name); // manual is its other name
  if (mode) return { ok: true, mode };
  if (name === "auto") return { ok: false, error: "Mode auto isn't there yet: no classifier answers in place of a person." };
  const meant = nearest(name, NAMES);
  return { ok: false, error: `${meant === undefined ? "" : `Did you mean ${meant}? `}There are: ${NAMES.join(", ")}.` };
}
