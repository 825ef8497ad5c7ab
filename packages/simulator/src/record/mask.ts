/**
 * What looks like a key is written over with x, as long as it was: lengths, places and the grammar around it stay.
 * It works on text with a character for each byte (latin1), so that nothing has to be decoded.
 */
export function mask(text: string, own: readonly string[]): string {
  return overwrite(text, secretsIn(text, own));
}

export type Range = readonly [start: number, end: number];

/** `own`: strings that are known to be secret: the keys of the request itself. */
export function secretsIn(text: string, own: readonly string[]): readonly Range[] {
  const known = own.filter(({ length }) => length >= LEAST).flatMap((secret) => placesOf(text, secret));
  const alike = PATTERNS.flatMap((pattern) => groupsOf(text, pattern));
  const named = groupsOf(text, NAMED).filter(([start, end]) => isRandom(text.slice(start, end)));
  return [...known, ...alike, ...named];
}

export function overwrite(text: string, ranges: readonly Range[]): string {
  return ranges.reduce((said, [start, end]) => `${said.slice(0, start)}${"x".repeat(end - start)}${said.slice(end)}`, text);
}

const LEAST = 8; // characters; shorter ones are placeholders, and ordinary words

/** As their makers spell them. Written over whole: a key that is known and one that only looks like one leave the same. */
const PATTERNS: readonly RegExp[] = [
  /(?<![A-Za-z0-9])(?<secret>sk-(?=[\w-]*\d)[\w-]{16,})/dg,
  /(?<![A-Za-z0-9])(?<secret>A(?:KIA|SIA)[0-9A-Z]{16})/dg,
  /(?<![A-Za-z0-9])(?<secret>gh[pousr]_\w{20,})/dg,
  /(?<secret>github_pat_\w{20,})/dg,
  /(?<secret>glpat-[\w-]{20,})/dg,
  /(?<![A-Za-z0-9])(?<secret>npm_[A-Za-z0-9]{30,})/dg,
  /(?<![A-Za-z0-9])(?<secret>hf_[A-Za-z0-9]{30,})/dg,
  /(?<![A-Za-z0-9])(?<secret>xox[abeoprs]-[\w-]{10,})/dg,
  /(?<![A-Za-z0-9])(?<secret>AIza[\w-]{35})/dg,
  /(?<![A-Za-z0-9])(?<secret>eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*)/dg,
  /\bBearer\s+(?<secret>[\w.~+/-]{16,}=*)/dgi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?<secret>[^]*?)-----END/dg,
  /:\/\/[^\s/:@"'\\]*:(?<secret>[^\s/@"'\\]+)@/dg,
];

/** A value that is called a secret, and looks like nothing that a person would write. */
const NAMED =
  /(?:(?:api|access|auth|secret|private)[_-]?key|secret|token|passwd|password)["'\\]*\s*[:=]\s*["'\\]*(?<secret>[\w+/.-]{16,}=*)/dgi;

const isRandom = (word: string): boolean => /\d/.test(word) && /[A-Za-z]/.test(word);

const groupsOf = (text: string, pattern: RegExp): readonly Range[] =>
  [...text.matchAll(pattern)].flatMap(({ indices }) => {
    const place = indices?.groups?.["secret"];
    return place ? [place] : [];
  });

function placesOf(text: string, word: string): readonly Range[] {
  const places: Range[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) places.push([at, at + word.length]);
  return places;
}
