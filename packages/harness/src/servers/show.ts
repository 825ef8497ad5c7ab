/** Diagnostics as the model reads them: one line each, errors first, and a bound on all of them together. */
import { isAbsolute, relative, sep } from "node:path";
import { SEVERITIES, type Diagnostic } from "@keelson/tools/servers";

export type Told = Diagnostic & { readonly file: string };

const MOST_SHOWN = 30;
const MOST_CHARACTERS = 6_000;
const HEAD =
  "Language servers report what is new since the last changes. Mend what your changes have broken; leave alone what they haven't.";

/** `src/a.ts:3:7 error Type 'string' is not assignable to type 'number'. [ts 2322]`. Undefined where there are none. */
export function showDiagnostics(all: readonly Told[], cwd: string): string | undefined {
  if (all.length === 0) return undefined;
  const ordered = SEVERITIES.flatMap((severity) => all.filter((one) => one.severity === severity));
  const lines = ordered.map((one) => lineOf(one, cwd));
  let room = MOST_CHARACTERS;
  const shown = lines.slice(0, MOST_SHOWN).filter((line) => (room -= line.length + 1) >= 0);
  const left = ordered.slice(shown.length);
  return [HEAD, "", ...shown, ...(left.length === 0 ? [] : [`… and ${left.length} more: ${countsOf(left)}`])].join("\n");
}

function lineOf({ file, line, column, severity, message, source, code }: Told, cwd: string): string {
  const from = [source, code].filter((part) => part !== undefined).join(" ");
  return `${shortPath(file, cwd)}:${line}:${column} ${severity} ${message}${from === "" ? "" : ` [${from}]`}`;
}

function shortPath(file: string, cwd: string): string {
  const step = relative(cwd, file);
  return step === ".." || step.startsWith(`..${sep}`) || isAbsolute(step) ? file : step;
}

const countsOf = (all: readonly Told[]): string =>
  SEVERITIES.flatMap((severity) => {
    const count = all.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}`];
  }).join(", ");
