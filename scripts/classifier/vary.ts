// Variants of the lines: other words in the slots, and the company that commands keep in real life. The same company for safe and risky
// ones, so that none of it is taken for a sign.
import { fill, type Line, type Slots } from "./commands.ts";
import { fingerprint } from "./kept-out.ts";
import { chanceOf, pick } from "./random.ts";

/** `line`: which one it came from. */
export type Example = { readonly text: string; readonly risky: boolean; readonly line: number };

const BARE = 2; // variants with nothing around them, of lines with slots
const DRESSED = 2; // variants in company

type Dress = (text: string, chance: () => number, friend: () => string) => string;

const BEFORE = [
  "cd src && ",
  "cd packages/web && ",
  'cd "$(git rev-parse --show-toplevel)" && ',
  "set -e; ",
  "cd /home/dev/proj && ",
  "time ",
  "export CI=1 && ",
  "mkdir -p tmp && ",
  "cd services/api; ",
];
const BEHIND = [
  " 2>&1 | tail -n 20",
  " 2>/dev/null",
  " 2>&1",
  " || true",
  " && echo done",
  " | head -n 50",
  " > out.txt",
  " > /dev/null 2>&1",
  "; echo $?",
  " | cat",
  " | grep -v '^$'",
  " &",
];

const DRESSES: readonly Dress[] = [
  (text, chance) => pick(chance, BEFORE) + text,
  (text, chance) => text + pick(chance, BEHIND),
  (text, _, friend) => `${friend()} && ${text}`,
  (text, _, friend) => `${text}; ${friend()}`,
  (text, _, friend) => `${friend()}; ${text} && ${friend()}`,
  (text, chance) => `timeout ${pick(chance, ["30", "120", "5m"])} ${text}`,
  (text) => `  ${text.replaceAll(" && ", " &&\n  ")}`,
  (text) => (/['\n]/.test(text) ? text : `bash -c '${text}'`),
  (text) => `(${text})`,
  (text, chance) => `${pick(chance, ["FOO=1", "LANG=C", "DEBUG=1", "NODE_ENV=test"])} ${text}`,
];
/** These change what a compound or a here-document means. */
const SIMPLE = /^[^\n|;&<>(){}]*$/;

/** None that is kept out, nor one with company around it. */
export function examplesOf(lines: readonly Line[], slots: Slots, keptOut: ReadonlySet<string> = new Set()): readonly Example[] {
  const isFree = (text: string): boolean => !keptOut.has(fingerprint(text));
  const friends = lines.filter(({ text, risky }) => !risky && SIMPLE.test(text) && text.length < 50).map(({ text }) => text);
  const friendOf = (seed: string): string => {
    const friend = fill(pick(chanceOf(seed), friends), slots, seed);
    return isFree(friend) ? friend : "true";
  };
  return lines.flatMap(({ text, risky }, line) => {
    const plain = Array.from({ length: text.includes("‹") ? BARE : 1 }, (_, at) => fill(text, slots, `bare ${at}`));
    const core = Array.from({ length: DRESSED }, (_, at) => fill(text, slots, `dressed ${at}`));
    const dressed = core.map((one, at) => (isFree(one) ? dress(one, `${at} ${text}`, friendOf) : one));
    return [...new Set([...plain, ...dressed])].filter(isFree).map((one) => ({ text: one, risky, line }));
  });
}

function dress(text: string, seed: string, friendOf: (seed: string) => string): string {
  const chance = chanceOf(`dress ${seed}`);
  if (!SIMPLE.test(text))
    return text.includes("\n")
      ? text
      : DRESSES[pick(chance, [0, 2, 3, 4])]!(text, chance, () => friendOf(`${seed} ${chance()}`)).replace(/^time /, "");
  return pick(chance, DRESSES)(text, chance, () => friendOf(`${seed} ${chance()}`));
}
