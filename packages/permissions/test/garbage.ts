// Random texts for what reads texts: made of pieces that mean something to it, so that they get far.
import type { Random } from "./random.ts";

const SIGNS = [..."$`;&|<>(){}[]*?!#~\\\n\t '\"=,:@%^+-./_0aZ", "\r", "\0", "\u00a0", "\u202e", "\u200b", "\u{1f600}", "é", "\ud800"];
const WORDS = (
  "ls cat rm git find sed -rf -c --exec xargs sudo sh eval $( ${ $(( <( <<E <<< >> 2>&1 &> && || ;; [[ ]] (( )) {a,b} {1..9} ${x:-y} ${!x} ${x@P} $'\\x41' " +
  "if then fi for in do done case esac while function f() { } ! time coproc select /etc/passwd ../../x ~/.ssh C:\\x \\\\server\\share /./..//a"
).split(" ");
const RULES =
  "Bash Read Edit Delete WebFetch Agent Skill mcp__a__b Cd ( ) * ** ! : domain: //etc ~/x ./src /a \\( [a-z] {a,b} \\ %2e".split(" ");

const made = (from: readonly string[], random: Random, most: number): string =>
  Array.from({ length: 1 + random.below(most) }, () => random.pick(random.below(2) === 0 ? from : SIGNS)).join(random.pick(["", " "]));

export const anyText = (random: Random): string => made(WORDS, random, 24);
export const anyRule = (random: Random): string => made(RULES, random, 10);
export const anyPath = (random: Random): string => made(["/", "..", ".", "~", "$HOME", "a", "b.c", "C:", "\\", "//"], random, 12);
