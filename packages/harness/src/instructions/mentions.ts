/** What an instruction file says beside its words: comments for its authors, and other files to be read with it. Rule: code is left alone. */
import { codeIn, isCode } from "./markdown.ts";

const MOST_MENTIONS = 1_000;
const LONGEST_PATH = 4_096;
const OPENS = /^[ \t]{0,3}<!--/gm;
const MENTION = /(?<=^|[\s(])@((?:\\ |[^\s`'"<>()|*,;{}$])+)/gm;

/** Without comments that begin a line. */
export function withoutComments(text: string): string {
  const code = codeIn(text);
  let kept = "";
  let at = 0;
  for (const open of text.matchAll(OPENS)) {
    const begins = open.index + open[0].length - "<!--".length;
    if (open.index < at || isCode(code, begins)) continue;
    const end = text.indexOf("-->", begins);
    if (end === -1) break; // it isn't closed, so it is none
    kept += text.slice(at, open.index);
    at = end + "-->".length;
    at += /^[ \t]*(?:\n|$)/.exec(text.slice(at, at + 200))?.[0].length ?? 0;
  }
  return kept + text.slice(at);
}

/** Paths behind `@`, as they are written. Many are none: names of packages and people. */
export function mentionsIn(text: string): readonly string[] {
  const code = codeIn(text);
  const paths = [...text.matchAll(MENTION)].flatMap((found) => {
    const path = (found[1] ?? "").replaceAll("\\ ", " ").replace(/[.:!?\]]+$/, "");
    return path === "" || path.length > LONGEST_PATH || isCode(code, found.index) ? [] : [path];
  });
  return [...new Set(paths)].slice(0, MOST_MENTIONS);
}

/** Nobody would write it but for a file. */
export const looksLikeFile = (path: string): boolean => /^(?:\.{1,2}|~)?\//.test(path) || /\.(?:md|mdc|markdown|txt)$/i.test(path);
