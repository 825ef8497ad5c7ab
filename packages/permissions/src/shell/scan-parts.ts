// Parts of a shell's text that are read as raw characters: here-documents, and how far arithmetic reaches.

export type Heredoc = { readonly end: string; readonly quoted: boolean; readonly tabs: boolean };
export type Bodies = { readonly bodies: readonly { readonly text: string; readonly quoted: boolean }[]; readonly after: number };

/** From the line at `from` on; undefined when one isn't closed. */
export function takeHeredocs(text: string, from: number, heredocs: readonly Heredoc[]): Bodies | undefined {
  const bodies: { text: string; quoted: boolean }[] = [];
  let at = from;
  for (const { end, quoted, tabs } of heredocs) {
    const start = at;
    for (;;) {
      if (at >= text.length) return undefined;
      const stop = text.indexOf("\n", at);
      const line = text.slice(at, stop === -1 ? undefined : stop);
      const closes = (tabs ? line.replace(/^\t+/, "") : line) === end;
      if (closes) bodies.push({ text: text.slice(start, at), quoted });
      at = closes && stop === -1 ? text.length : stop === -1 ? text.length : stop + 1;
      if (closes) break;
    }
  }
  return { bodies, after: at };
}

/** Of `((` at `from`: where its `))` ends. Undefined when the two don't close together: then it holds commands. */
export function arithmeticEnd(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === "'" || sign === '"' || sign === ";" || sign === "\n") return undefined;
    if (sign === "(") depth += 1;
    if (sign === ")") depth -= 1;
    if (depth === 1 && sign === ")") return text[at + 1] === ")" ? at + 2 : undefined;
  }
  return undefined;
}
