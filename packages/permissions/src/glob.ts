// A pattern whose only wildcard is `*`, in linear time: a repository may write rules, and must not be able to hang the session.

/** `parts`: the literal text between the wildcards. */
export function matchesParts(parts: readonly string[], subject: string): boolean {
  const [first = "", ...others] = parts;
  const last = others.pop();
  if (last === undefined) return subject === first;
  if (!subject.startsWith(first) || subject.length < first.length + last.length || !subject.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = subject.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= subject.length - last.length;
}
