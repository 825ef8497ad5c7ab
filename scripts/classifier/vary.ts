// Variants of the lines: other words in the slots, and the company that commands keep in real life. The same company for safe and risky
// ones, so that none of it is taken for a sign.
import { fill, type Line, type Slots } from "./commands.ts";
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

export function examplesOf(lines: readonly Line[], slots: Slots): readonly Example[] {
  const friends = lines.filter(({ text, risky }) => !risky && SIMPLE.test(text) && text.length < 50).map(({ text }) => text);
  return lines.flatMap(({ text, risky }, line) => {
    const bare = /‹/.test(text) ? Array.from({ length: BARE }, (_, at) => fill(text, slots, `bare ${at}`)) : [fill(text, slots, "bare")];
    const dressed = Array.from({ length: DRESSED }, (_, at) =>
      dress(fill(text, slots, `dressed ${at}`), `${at} ${text}`, (seed) => fill(pick(chanceOf(seed), friends), slots, seed)),
    );
    return [...new Set([...bare, ...dressed])].map((one) => ({ text: one, risky, line }));
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
