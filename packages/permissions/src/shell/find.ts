// What a call of find does: where it starts, whether its expression only tells names, what it removes or runs.
import { ANY, isKnown, literal, type Word } from "./marks.ts";

/** Tests and actions that tell, and how many words they take. */
const TELLS: ReadonlyMap<string, number> = new Map(
  [
    [
      "! ( ) , -not -a -and -o -or -depth -d -daystart -follow -mount -xdev -noleaf -ignore_readdir_race -noignore_readdir_race -empty -executable -readable",
      0,
    ],
    ["-writable -nogroup -nouser -print -print0 -prune -quit -ls -true -false -warn -nowarn -version -help --version --help", 0],
    ["-amin -anewer -atime -cmin -cnewer -ctime -fstype -gid -group -ilname -iname -inum -ipath -iregex -iwholename -links -lname", 1],
    [
      "-maxdepth -mindepth -mmin -mtime -name -newer -path -perm -regex -regextype -samefile -size -type -uid -used -user -wholename -xtype -context -printf",
      1,
    ],
  ].flatMap(([names, count]) =>
    String(names)
      .split(" ")
      .map((name) => [name, Number(count)] as const),
  ),
);
const ALONE = new Set("! ( ) , -not -a -and -o -or -print -print0 -depth -d -prune -xdev -mount".split(" "));

export type FindCall = {
  readonly starts: readonly Word[];
  readonly tells: boolean;
  readonly deletes: boolean;
  /** Something narrows what it finds: what it starts at isn't all meant. */
  readonly narrowed: boolean;
  readonly runs: readonly (readonly Word[])[];
  /** Files that it writes its list to. */
  readonly writes: readonly Word[];
};

const isExpression = ({ text }: Word): boolean => /^[-(!,)]/.test(text);

/** `words`: behind the program's name. */
export function findCall(words: readonly Word[]): FindCall {
  let at = 0;
  while (/^-(?:[HLP]+|O\d|D)$/.test(words[at]?.text ?? "")) at += words[at]?.text === "-D" ? 2 : 1;
  const first = words.findIndex((word, index) => index >= at && isExpression(word));
  const starts = words.slice(at, first === -1 ? undefined : first);
  const expression = first === -1 ? [] : words.slice(first);
  const runs: (readonly Word[])[] = [];
  const writes: Word[] = [];
  let tells = words.every(isKnown) && !words.slice(0, at).some(({ text }) => text === "-D");
  let narrowed = false;
  for (let index = 0; index < expression.length; index += 1) {
    const name = expression[index]?.text ?? "";
    const takes = TELLS.get(name);
    if (takes !== undefined) {
      narrowed ||= !ALONE.has(name);
      index += takes;
      continue;
    }
    tells = false;
    if (/^-(?:exec|execdir|ok|okdir)$/.test(name)) {
      const end = expression.findIndex(
        ({ text }, other) => other > index && (text === ";" || (text === "+" && expression[other - 1]?.text === "{}")),
      );
      runs.push(expression.slice(index + 1, end === -1 ? undefined : end));
      index = end === -1 ? expression.length : end;
    } else if (/^-f(?:print0?|ls|printf)$/.test(name)) {
      const target = expression[index + 1];
      if (target) writes.push(target);
    }
  }
  return { starts, tells, deletes: words.some(({ text }) => text.startsWith("-delete")), narrowed, runs, writes };
}

/** Letters of fd that take a value. */
const FD_VALUED = "dteEScjoT";

/** More are never looked at, but told of: see unit.ts. */
const ENOUGH = 65;
const LONGEST_TAIL = 60; // words of all but the first, which holds those of the others

/** What fd runs for each name it finds, or for all: the words behind `-x` or `-X`, glued to it or not. */
export function fdRuns(words: readonly Word[]): readonly (readonly Word[])[] {
  let found = 0;
  return words.flatMap(({ text }, at) => {
    if (found > ENOUGH) return [];
    const [, glued = ""] = /^--exec(?:-batch)?(?:=([^]*))?$/.exec(text) ?? [];
    const rest = text.startsWith("--exec") ? glued : clustered(text);
    if (rest === undefined) return [];
    found += 1;
    const behind = words.slice(at + 1, found > 1 ? at + 1 + LONGEST_TAIL : undefined);
    return [[...(rest === "" ? [] : [literal(rest)]), ...behind, ANY]];
  });
}

/** What follows an `x` in a cluster of letters. */
function clustered(text: string): string | undefined {
  if (!/^-[a-zA-Z]/.test(text)) return undefined;
  for (let at = 1; at < text.length && !FD_VALUED.includes(text[at] ?? ""); at += 1)
    if (/[xX]/.test(text[at] ?? "")) return text.slice(at + 1).replace(/^=/, "");
  return undefined;
}
