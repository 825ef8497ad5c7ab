// A program by the name it is called with.
import { isKnown, type Word } from "./marks.ts";

export const baseName = (program: string): string => program.slice(program.lastIndexOf("/") + 1);

/** Where a program of the system stands; anywhere else the same name may be another program. */
const SYSTEM = new Set(["", "/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]);

/** The name of the program the system has under it; undefined when it may be another one. */
export function systemName(word: Word): string | undefined {
  if (!isKnown(word)) return undefined;
  const at = word.text.lastIndexOf("/");
  return SYSTEM.has(at === -1 ? "" : word.text.slice(0, at)) ? baseName(word.text) : undefined;
}

/** What its name is, wherever it stands and however it is spelled: enough to see what must not run. Undefined when it is made as it runs. */
export function anyName({ text }: Word): string | undefined {
  const name = baseName(text);
  // oxlint-disable-next-line no-control-regex -- the marks
  return /[\u0004-\u0006]/.test(name) || name === "" ? undefined : name.toLowerCase().replace(/\.exe$/, "");
}
