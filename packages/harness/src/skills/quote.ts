/**
 * Puts values into a command so that the shell reads them as words, whatever they hold. Rule: how depends on where the value goes;
 * where no way is safe (a here-document, a comment, `$'…'`), only harmless letters go in.
 */
export type Standing = "bare" | "double" | "single" | "unsafe";

const HARMLESS = /^[\w@%+=:,./-]*$/;

/** How a place of a command stands in its quotes. What is put in never changes how the rest stands. */
export function standingAt(command: string, end: number): Standing {
  const open: ("bare" | "double" | "single" | "ansi" | "tick")[] = ["bare"];
  let here = false;
  for (let at = 0; at < end; at += 1) {
    const letter = command[at] ?? "";
    const now = open.at(-1) ?? "bare";
    if (now === "single") {
      if (letter === "'") open.pop();
    } else if (letter === "\\") at += 1;
    else if (now === "ansi") {
      if (letter === "'") open.pop();
    } else if (letter === "`") {
      if (open.includes("tick")) open.splice(open.lastIndexOf("tick"));
      else open.push("tick");
    } else if (letter === "$" && command[at + 1] === "(") {
      open.push("bare");
      at += 1;
    } else if (letter === '"') {
      if (now === "double") open.pop();
      else open.push("double");
    } else if (now === "double") continue;
    else if (letter === "'") open.push(command[at - 1] === "$" ? "ansi" : "single");
    else if (letter === "(") open.push("bare");
    else if (letter === ")" && open.length > 1) open.pop();
    else if (letter === "#" && /[\s;&|(]/.test(command[at - 1] ?? "\n")) {
      at = commentEnd(command, at);
      if (at >= end - 1) return "unsafe"; // a newline in the value would end the comment
    } else if (letter === "<" && command[at + 1] === "<") {
      here ||= command[at + 2] !== "<";
      at += 2;
    }
  }
  const now = open.at(-1) ?? "bare";
  if (here || now === "ansi") return "unsafe";
  return now === "tick" ? "bare" : now;
}

function commentEnd(command: string, at: number): number {
  const end = command.indexOf("\n", at);
  return end === -1 ? command.length : end - 1; // the newline is looked at next
}

/** `words`: what becomes words of their own where the place is bare; elsewhere `whole` goes in. Undefined: it can't be put there. */
export function putInto(standing: Standing, words: readonly string[], whole: string): string | undefined {
  switch (standing) {
    case "bare":
      return words.map(quoteWord).join(" ");
    case "double":
      return whole.replaceAll(/[\\"$`]/g, "\\$&");
    case "single":
      return whole.replaceAll("'", "'\\''");
    case "unsafe":
      return HARMLESS.test(whole) ? whole : undefined;
  }
}

function quoteWord(word: string): string {
  return word !== "" && HARMLESS.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
