import { nearest, MODES, type Mode } from "@keelson/protocol";

/** The modes that can be asked for by name. `dontAsk` is kept here, not below: nobody is asked, and what isn't allowed is denied. */
export type AskedMode = Mode | "dontAsk";
export type ModeRead = { readonly ok: true; readonly mode: AskedMode } | { readonly ok: false; readonly error: string };

const NAMES: readonly AskedMode[] = [...MODES, "dontAsk"];

export function readMode(name: string): ModeRead {
  const mode = name === "manual" ? "default" : NAMES.find((each) => each === name); // manual is its other name
  if (mode) return { ok: true, mode };
  if (name === "auto") return { ok: false, error: "Mode auto isn't there yet: no classifier answers in place of a person." };
  const meant = nearest(name, NAMES);
  return { ok: false, error: `${meant === undefined ? "" : `Did you mean ${meant}? `}There are: ${NAMES.join(", ")}.` };
}
