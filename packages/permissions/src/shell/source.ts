// A command's text as a tree. What bash and a reader could take differently is refused before it is parsed;
// what a refused or broken text still shows is looked at, to see what must not run.
import { parse, type ParsedScript } from "unbash";
import { hasGaps } from "./gaps.ts";
import { isPortable, MISREAD, type Reader } from "./portable.ts";

/** Longer ones (characters) are always asked about. */
export const LONGEST = 10_000;
/** Longer ones aren't parsed at all. */
const LONGEST_PARSED = 1_000_000;

/** `why`: it can't be relied on, and in which respect. `whole`: the tree is all there is to it, all the same. */
export type Source = { readonly script: ParsedScript | undefined; readonly why: string | undefined; readonly whole: boolean };

// oxlint-disable-next-line no-control-regex -- what a terminal shows otherwise than bash reads it
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
/** Bidirectional controls and tags: they reorder or hide what is shown. */
const REORDERS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u;
/** Blanks that aren't blanks to bash, letters of no width or no shape, and halves of letters. In quotes they are text. */
export const INVISIBLE = /(?! )[\p{Zs}\p{Zl}\p{Zp}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

export function readSource(text: string, reader: Reader = "bash"): Source {
  const bad = refusal(text);
  if (text.length > LONGEST_PARSED || text.includes("\0")) return { script: undefined, why: bad, whole: false };
  try {
    if (nests(text)) return { script: undefined, why: bad ?? "it nests too deep", whole: false };
    const script = parse(text);
    const [error] = script.errors ?? [];
    const wrong = error ? `bash can't read it: ${error.message}` : misreadBy(reader, script, text);
    return { script, why: bad ?? wrong, whole: wrong === undefined && !isOdd(text) };
  } catch {
    return { script: undefined, why: bad ?? "it can't be taken apart", whole: false };
  }
}

function misreadBy(reader: Reader, script: ParsedScript, text: string): string | undefined {
  if (hasGaps(script, text)) return "bash can't read all of it";
  return reader === "foreign" || (reader === "posix" && !isPortable(script, text)) ? MISREAD : undefined;
}

const DEEPEST = 150; // what is open at once; the parser reads what stands within once more for each

/** Signs in quotes count too: a text that holds so many isn't plain. Within a `case`, what closes nothing else ends a pattern. */
function nests(text: string): boolean {
  const within: string[] = [];
  let open = 0;
  for (const [sign] of text.matchAll(OPENS_OR_CLOSES)) {
    const last = within.at(-1);
    if (sign === "case" || "({[".includes(sign)) {
      within.push(sign);
      if (sign !== "case") open += 1;
    } else if (last !== undefined && (last === "case") === (sign === "esac")) {
      within.pop();
      if (sign !== "esac") open -= 1;
    }
    if (open > DEEPEST) return true;
  }
  return false;
}
const OPENS_OR_CLOSES = /[({[\]})]|(?<![\w-])(?:case|esac)(?![\w-])/g;

const isOdd = (text: string): boolean => CONTROL.test(text) || REORDERS.test(text);

function refusal(text: string): string | undefined {
  if (CONTROL.test(text)) return "it holds control characters";
  if (REORDERS.test(text)) return "it holds characters that change how it is shown";
  if (text.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  return undefined;
}
