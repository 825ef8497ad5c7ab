/** What an instruction file says beside its words: comments for its authors, and other files to be read with it. Rule: code is left alone. */
import { codeIn, isCode, within } from "./markdown.ts";

const COMMENT = /^[ \t]{0,3}<!--[\s\S]*?-->[ \t]*(?:\n|$)?/gm;
const MENTION = /(?<=^|[\s(])@((?:\\ |[^\s`'"<>()|*,;{}$])+)/gm;

/** Without comments that begin a line. */
export function withoutComments(text: string): string {
  const code = codeIn(text);
  return text.replaceAll(COMMENT, (comment, at: number) => {
    const begins = at + comment.length - comment.trimStart().length;
    return isCode(code, begins) ? comment : "";
  });
}

/** Paths behind `@`, as they are written. Many are none: names of packages and people. */
export function mentionsIn(text: string): readonly string[] {
  const code = codeIn(text);
  return [...text.matchAll(MENTION)].flatMap((found) => {
    const path = (found[1] ?? "").replaceAll("\\ ", " ").replace(/[.:!?\]]+$/, "");
    return path === "" || within(code.fences, found.index) || within(code.spans, found.index) ? [] : [path];
  });
}

/** Nobody would write it but for a file. */
export const looksLikeFile = (path: string): boolean => /^(?:\.{1,2}|~)?\//.test(path) || /\.(?:md|mdc|markdown|txt)$/i.test(path);
