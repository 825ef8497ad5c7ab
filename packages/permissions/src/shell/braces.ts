// `{a,b}` and `{1..3}` as bash makes words of them. Only plain letters are read; of anything else it isn't known what comes of it.

const MOST = 64;
const PLAIN = /^[\w\-./,:=+@%^{} ]*$/;

/** The words that stand for it; undefined when that can't be told. */
export function braceWords(text: string): readonly string[] | undefined {
  if (!PLAIN.test(text) || text.includes(" ")) return undefined;
  const words = expand(text, 0);
  return words && words.length <= MOST ? words : undefined;
}

function expand(text: string, depth: number): readonly string[] | undefined {
  if (depth > 4) return undefined;
  const open = text.indexOf("{");
  if (open === -1) return text.includes("}") ? undefined : [text];
  const close = closing(text, open);
  if (close === -1) return undefined;
  const inner = text.slice(open + 1, close);
  const choices = sequence(inner) ?? alternatives(inner);
  const rest = expand(text.slice(close + 1), depth);
  if (!choices || !rest) return undefined;
  const all: string[] = [];
  for (const choice of choices) {
    const made = expand(choice, depth + 1);
    if (!made) return undefined;
    for (const one of made) for (const end of rest) all.push(text.slice(0, open) + one + end);
    if (all.length > MOST) return undefined;
  }
  return all;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

function alternatives(inner: string): readonly string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= inner.length; at += 1) {
    if (inner[at] === "{") depth += 1;
    if (inner[at] === "}") depth -= 1;
    if (at < inner.length && (inner[at] !== "," || depth > 0)) continue;
    parts.push(inner.slice(from, at));
    from = at + 1;
  }
  return parts.length > 1 ? parts : undefined;
}

function sequence(inner: string): readonly string[] | undefined {
  const [, first = "", last = ""] = /^(-?\d{1,4})\.\.(-?\d{1,4})$/.exec(inner) ?? [];
  if (first === "" || /^-?0\d|^-?0\d/.test(first) || /^-?0\d/.test(last)) return undefined;
  const [from, to] = [Number(first), Number(last)];
  if (Math.abs(to - from) >= MOST) return undefined;
  const step = from <= to ? 1 : -1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, at) => String(from + at * step));
}
