/** What a plain request asks for, sentence by sentence. Quoted words are taken as they stand; nothing is guessed. */
export type Wish =
  | { readonly do: "read"; readonly file: string }
  | { readonly do: "list"; readonly where: string }
  | { readonly do: "search"; readonly pattern: string; readonly where: string | undefined }
  | { readonly do: "run"; readonly command: string }
  | { readonly do: "change"; readonly from: string; readonly to: string; readonly file: string; readonly everywhere: boolean }
  | { readonly do: "write"; readonly file: string; readonly text: string }
  | { readonly do: "unknown"; readonly words: string };

export function wishesIn(prompt: string): readonly Wish[] {
  if (prompt.length > LONGEST) return [{ do: "unknown", words: `${prompt.slice(0, 80)}…` }];
  const { text, restore, bare } = setQuotesAside(prompt);
  const parts = text.split(SEPARATOR).map((part) => ({ whole: part.trim(), plain: part.trim().replace(POLITE, "") }));
  return parts.flatMap(({ whole, plain }) => (plain === "" ? [] : [wishIn(plain, bare) ?? { do: "unknown", words: restore(whole) }]));
}

const LONGEST = 4_000; // characters; a longer text is no plain request
const VERBS = "read|show|open|cat|list|ls|search|grep|find|run|execute|change|replace|write|create";
const SEPARATOR = new RegExp(String.raw`\s*[,;.]?\s+(?:and\s+)?then,?\s+|\s*\n+\s*|,?\s+and\s+(?=(?:${VERBS})\s)`, "i");
const POLITE = /^(?:(?:please|first|now|hey|hi|hello)\b[,!]?\s*|(?:can|could|would|will) you\s+|I(?:'d| would) like you to\s+)+/i;

type Reader = (match: RegExpExecArray, bare: (words: string | undefined) => string) => Wish;
/** The first that fits. */
const SENTENCES: readonly (readonly [RegExp, Reader])[] = [
  [/^(?:run|execute)\s+(?:the command\s+)?(.+)$/is, ([, command], bare) => ({ do: "run", command: bare(command) })],
  [
    /^in\s+(\S+?),?\s+(?:change|replace)\s+(all\s+)?(.+?)\s+(?:to|with|by)\s+(.+?)(\s+everywhere)?$/is,
    ([, file, all, from, to, every], bare) => ({
      do: "change",
      from: bare(from),
      to: bare(to),
      file: bare(file),
      everywhere: !!(all ?? every),
    }),
  ],
  [
    /^(?:change|replace)\s+(all\s+)?(.+?)\s+(?:to|with|by)\s+(.+?)(\s+everywhere)?\s+in\s+(?:the file\s+)?(\S+)$/is,
    ([, all, from, to, every, file], bare) => ({
      do: "change",
      from: bare(from),
      to: bare(to),
      file: bare(file),
      everywhere: !!(all ?? every),
    }),
  ],
  [
    /^(?:write|create)\s+(?:(?:a|the|new|file)\s+)*(\S+)\s+(?:with|containing|saying)\s+(?:(?:the|text|content)\s+)*(.+)$/is,
    ([, file, text], bare) => ({ do: "write", file: bare(file), text: bare(text) }),
  ],
  [/^write\s+(.+?)\s+(?:to|into)\s+(\S+)$/is, ([, text, file], bare) => ({ do: "write", file: bare(file), text: bare(text) })],
  [
    /^(search|grep|find|look)\s+(?:for\s+)?(.+?)(?:\s+(?:in|under|within)\s+(\S+))?$/is,
    ([, verb, words, where], bare) => ({
      do: "search",
      pattern: verb?.toLowerCase() === "grep" ? bare(words) : literally(bare(words)),
      where: where === undefined ? undefined : bare(where),
    }),
  ],
  [
    /^(?:list|ls)(?:\s+(?:me|all|the|of|in|under|files?|folders?|contents?|everything))*(?:\s+(\S+))?$/is,
    ([, where], bare) => ({ do: "list", where: where === undefined ? "." : bare(where) }),
  ],
  [/^(?:read|show|open|cat)\s+(?:me\s+)?(?:the\s+)?(?:file\s+)?(\S+)$/is, ([, file], bare) => ({ do: "read", file: bare(file) })],
];

function wishIn(part: string, bare: (words: string | undefined) => string): Wish | undefined {
  const sentence = /^(?:run|execute)\s/i.test(part) ? part : part.replace(/(?<=\S)[.!?]+$/, "");
  for (const [pattern, read] of SENTENCES) {
    const match = pattern.exec(sentence);
    if (match) return read(match, bare);
  }
  return undefined;
}

const literally = (words: string): string => words.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/** A quotation becomes one character of the private use area, so that no sentence is found inside of it. */
function setQuotesAside(prompt: string) {
  const quotes: string[] = [];
  const text = prompt.replaceAll(/(?<!\w)(["'`])((?:(?!\1)[^\\]|\\.)*)\1(?!\w)|“[^”]*”/gs, (quote) => {
    quotes.push(quote);
    return String.fromCodePoint(FIRST + quotes.length - 1);
  });
  const restore = (words: string): string =>
    words.replaceAll(/[\u{e000}-\u{f8ff}]/gu, (sign) => quotes[(sign.codePointAt(0) ?? 0) - FIRST] ?? sign);
  const bare = (words: string = ""): string => (/^[\u{e000}-\u{f8ff}]$/u.test(words) ? restore(words).slice(1, -1) : restore(words));
  return { text, restore, bare };
}

const FIRST = 0xe000;
