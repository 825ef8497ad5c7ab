/** Where the parts of a JSON text stand, so that one can be changed and every other byte stays. The text must be valid JSON. */

/** `to` excluded. */
export type Span = { readonly from: number; readonly to: number };
export type Member = { readonly key: string; readonly at: number; readonly value: Span };

/** Of the object that begins there. */
export function membersOf(words: string, object: number): readonly Member[] {
  const members: Member[] = [];
  for (let at = skipSpace(words, object + 1); words[at] === '"';) {
    const end = endOfString(words, at);
    const value = valueAt(words, skipSpace(words, end) + 1);
    members.push({ key: JSON.parse(words.slice(at, end)) as string, at, value });
    at = next(words, value.to);
  }
  return members;
}

/** Of the list that begins there. */
export function elementsOf(words: string, list: number): readonly Span[] {
  const elements: Span[] = [];
  for (let at = skipSpace(words, list + 1); words[at] !== "]";) {
    const value = valueAt(words, at);
    elements.push(value);
    at = next(words, value.to);
  }
  return elements;
}

/** The value that stands there, or behind the space there. */
export function valueAt(words: string, at: number): Span {
  const from = skipSpace(words, at);
  const first = words[from];
  if (first === '"') return { from, to: endOfString(words, from) };
  return { from, to: first === "{" || first === "[" ? endOfNest(words, from) : search(words, /[\s,\]}]|$/g, from) };
}

/** Behind the comma, where there is one. */
function next(words: string, at: number): number {
  const end = skipSpace(words, at);
  return words[end] === "," ? skipSpace(words, end + 1) : end;
}

function endOfNest(words: string, from: number): number {
  let depth = 0;
  for (let at = from; ;) {
    const sign = words[at];
    if (sign === "{" || sign === "[") depth++;
    if (sign === "}" || sign === "]") depth--;
    if (depth === 0) return at + 1;
    at = search(words, /["{}[\]]/g, sign === '"' ? endOfString(words, at) : at + 1);
  }
}

function endOfString(words: string, from: number): number {
  for (let at = from; ;) {
    at = words.indexOf('"', at + 1);
    let slashes = 0;
    while (words[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
}

function skipSpace(words: string, at: number): number {
  return search(words, /\S|$/g, at);
}

function search(words: string, sign: RegExp, from: number): number {
  sign.lastIndex = from;
  return sign.exec(words)?.index ?? words.length;
}
