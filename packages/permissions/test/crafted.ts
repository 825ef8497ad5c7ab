// Texts that a judge of commands could take long for: one piece said again and again, or nested, up to a length. Each is a seed of its own,
// so that the same text can be had twice as long, and how the work grows be seen.
import type { Random } from "./random.ts";

/** `make`: a text of that many characters at most. */
export type Crafted = { readonly name: string; readonly make: (length: number) => string };

const again = (piece: string, start = "", end = ""): Crafted => ({
  name: JSON.stringify(`${start}${piece}${piece}…${end}`),
  make: (length) => start + piece.repeat(Math.max(1, Math.floor((length - start.length - end.length) / piece.length))) + end,
});

/** Each time with another number for its `%`, so that nothing of it is the same twice. */
const numbered = (piece: string, start = ""): Crafted => ({
  name: JSON.stringify(`${start}${piece.replaceAll("%", "1")}${piece.replaceAll("%", "2")}…`),
  make(length) {
    let text = start;
    for (let at = 0, next = ""; text.length + next.length <= length; at += 1) {
      text += next;
      next = piece.replaceAll("%", String(at));
    }
    return text;
  },
});

/** `before` and `behind`, one within the other. */
const nested = (before: string, behind: string, inner = "x"): Crafted => ({
  name: JSON.stringify(`${before}${before}…${inner}…${behind}${behind}`),
  make: (length) => {
    const depth = Math.max(1, Math.floor((length - inner.length) / (before.length + behind.length)));
    return before.repeat(depth) + inner + behind.repeat(depth);
  },
});

/** Parts of words and words that start a program, name a file, or stand for what isn't known. */
const PIECES = [
  ..."eval,sudo,sudo --foo,sudo -u,env,env -S,env -S a,env A=1,env -i,env --foo,xargs,xargs --foo,xargs -I {},xargs -a,parallel,nohup".split(
    ",",
  ),
  ..."timeout 5,time,time -o,command,builtin,exec,exec -a,nice,nice --foo,stdbuf -oL,bash -c,sh -c,bash,sh -s,ssh a,watch,hyperfine".split(
    ",",
  ),
  ..."flock f,flock f -c,su -c,npx,npx -c,npm exec,docker run,find . -exec,fd -x,fd -H -x,git -c a=!b,git -c,git -C a,git --x,git".split(
    ",",
  ),
  ...'git rm,git log,git config a,git submodule foreach,git rebase -x,git clone -c a=b,$x,"$x",$(x),`x`,source,.,trap,alias,hash -p'.split(
    ",",
  ),
  ..."jobs -x,capsh --,concurrently,unknown,unknown -a=b:c,rm,rm -r,rm $x,rm -$x,rm *,cp,cp -t a,mv,mv $x,ln -s,dd if=,tee,sed -e".split(
    ",",
  ),
  ..."sed -i,sed e,awk,python -c,node -e,jq,find,find -name,grep -r,ls,cat,cat *,cd,cd a,cd ..,cd $x,pushd,popd,test,[,printf %s".split(
    ",",
  ),
  ..."printf -v,let,unset,read,declare,export,local a=$(x),tar -I,rsync -e,rsync,scp -o,curl http://a.b,wget -O,man -P,make SHELL=".split(
    ",",
  ),
  ..."chmod 755,chmod -R a,gzip,ld.so,/lib/ld-linux.so,./x,../x,~/x,*,a*,*/*,*/,?,[a],{a;b},{1..60},{a;b}{c;d},$HOME,$HOME/,~,$x/*"
    .split(",")
    .map((one) => one.replaceAll(";", ",")),
  ..."<(x),>o,<i,>$x,<<<x,<<<$x,2>&1,a=b,A=b,a=$x,a[1]=b,a=(b),EDITOR=x,PAGER=$(x),LESSOPEN=x,a+=b,'a',\"a\",$'a',\\a,-abcdefg,--a=b".split(
    ",",
  ),
  ..."a:b=c;d@e,http://a@b:c,time -p,!,#,a#,\u200b,a\u200b,f(),f() { x; },-,--,-c,-x,{},..,../..,/,//,a/,/etc,.git,@,=,:,.env,a=~,a b"
    .split(",")
    .map((one) => one.replaceAll(";", ",")),
];
const JOINS = [" ", "; ", " && ", " || ", " | ", "\n", " & ", "", ",", "/", ":", "="];

const CLAUSES = [
  "if x; then x; fi; ",
  "if cd a; then cd b; else cd c; fi; ",
  "if x; then x; el",
  "elif cd a; then cd b; ",
  "for i in a b; do x $i; done; ",
  "for i in *; do cd $i; done; ",
  "for i in {1..8}; do x; done; ",
  "while x; do cd a; done; ",
  "until cd a; do :; done; ",
  "case x in a) cd b;; esac; ",
  "x) cd a;; ",
  "x) x;; ",
  "select i in a; do x; done; ",
  "f() { cd a; }; f; ",
  "function f { x; }; ",
  "{ cd a; }; ",
  "(cd a); ",
  "cat <<E\nx\nE\n",
  "cat <<E\n$(x)\nE\n",
  "bash <<E\nx\nE\n",
  "bash <<'E'\nbash -c x\nE\n",
  "cat <<<x; ",
  "echo x | bash; ",
  "eval 'eval x'; ",
  "eval cd a; ",
  "eval eval cd a; ",
  "bash -c 'bash -c x'; ",
  "sh -c 'cd a; x'; ",
  "env -S 'sh -c x'; ",
  "ssh a 'sh -c x'; ",
  "watch 'sh -c x'; ",
  "find . -exec sh -c x \\; ",
  "xargs sh -c 'x'; ",
  "((a=b)); ",
  "[[ a -eq b ]]; ",
  "echo $((a+b)); ",
  "echo ${a:-$(x)}; ",
  "a=(x y $(z)); ",
  "rm -rf a*; ",
  "rm -rf */*; ",
  "cat a > b; ",
  "# x\n",
  "\\\n",
  " \\\n",
  "coproc x; ",
  "trap x EXIT; ",
  "alias a='b'; ",
  "git -C a log; ",
  "cd a && x; ",
  "cd a || cd b; ",
  "cd $x; ",
  "pushd a; popd; ",
  "{a,b}; ",
];

const CLOSED: readonly (readonly [string, string, string?])[] = [
  ["$(", ")"],
  ["echo $(", ")"],
  ['"$(', ')"'],
  ["eval $(", ")"],
  ["cd $(", ")"],
  ["bash -c $(", ")"],
  ["<(", ")"],
  ["cat <(", ")"],
  [">(", ")"],
  ["x > >(", ")"],
  ["(", ")"],
  ["(cd a;", ")"],
  ["{ ", ";}"],
  ["{ cd a;", ";}"],
  ["! ", ""],
  ["time ", ""],
  ["${x:-", "}"],
  ['"${x:-', '}"'],
  ["${x:-$(", ")}"],
  ["$((", "))", "1"],
  ["$[", "]", "1"],
  ["((", "))", "1"],
  ["a=$(", ")"],
  ["a=(", ")"],
  ["a[", "]=1", "0"],
  ["{a,", "}", "b"],
  ["{", ",b}", "a"],
  ["{", "}", "a,b"],
  ["@(", ")"],
  ["!(", "|a)"],
  ["[[ ! (", ") ]]", "x"],
  ["[[ (", ") ]]", "x"],
  ["if ", "; then x; fi"],
  ["if cd a; then ", "; fi"],
  ["if x; then x; else ", "; fi"],
  ["if x; then cd a; elif ", "; fi", "x; then x"],
  ["while ", "; do x; done"],
  ["while cd a; do ", "; done"],
  ["while x; do eval cd a; ", "; done"],
  ["until x; do cd ..; ", "; done"],
  ["for i in a; do ", "; done"],
  ["for i in a b; do cd a; ", "; done"],
  ["for ((;;)); do cd a; ", "; done"],
  ["case x in x) ", ";; esac"],
  ["case x in x) cd a; ", ";; esac"],
  ["case $(", ") in x) x;; esac"],
  ["select i in a; do cd a; ", "; done"],
  ["f() { ", "; }"],
  ["f() { cd a; f; ", "; }"],
  ["f() (", ")"],
  ["coproc ", ""],
  ["coproc { ", "; }"],
  ["x <<<$(", ")"],
  ['<<<"$(', ')"'],
  ["bash <<<$(", ")"],
  ["'", "'"],
  ["\\", ""],
  ["x | {", ";}"],
  ["x && (", ")"],
  ['eval "', '"'],
  ["`", "`"],
  ["eval 'cd a; ", "'"],
];

const NUMBERED = [
  "cd a%; ",
  "cd a% && ",
  "cd a% || cd b%; ",
  "cp a% b%; ",
  "cp a% b% && ",
  "mv a% b%; ",
  "mv a% b% && cd c%; ",
  "ln -s a% b%; ",
  "cat a% > b%; ",
  "rm a%; ",
  "rm a%*; ",
  "cp a%* b%; ",
  "eval cd a%; ",
  "git log a%; ",
  "git -C a% log; ",
  "npm run a%; ",
  "bash -c 'cat a%'; ",
  "a% | ",
  "sudo --foo a% ",
  "nice --foo a% ",
  "*% ",
  "$x% ",
];
const NUMBERED_BEHIND = [
  ..."unknown ,cat ,cp ,mv ,ln -s ,rm ,x -abcdefghijk".split(",").map((start) => [start, "a% "] as const),
  ["cat ", "*% "],
  ["cat ", "a%/* "],
  ["rm ", "*/*% "],
  ["unknown ", "~/% "],
  ["unknown ", "a=%,b=%:c "],
  ["cd a; cd b; cd c; cd d; ", "cat x%; "],
  [`cd ${"a".repeat(400)}; cd b; cd c; cd d; `, "cat x%; "],
] as const;

/** Of which no part is the same twice. */
export const DISTINCT: readonly Crafted[] = [
  ...NUMBERED.map((piece) => numbered(piece)),
  ...NUMBERED_BEHIND.map(([start, piece]) => numbered(piece, start)),
];

export const CRAFTED: readonly Crafted[] = [
  ...DISTINCT,
  ...PIECES.flatMap((piece) => JOINS.map((join) => again(piece + join))),
  ...PIECES.flatMap((piece) => PIECES.slice(0, 75).map((first) => again(`${piece} `, `${first} `))).filter((_, at) => at % 7 === 0),
  ...CLAUSES.map((clause) => again(clause)),
  ...CLOSED.map((one) => nested(...one)),
  ...CLOSED.map(([before, , inner]) => again(before, "", inner)),
  ...CLOSED.map(([, behind]) => again(behind === "" ? "x " : behind)),
  ...["case x in ", "if x; then x; "].flatMap((start) =>
    CLAUSES.map((clause) => again(clause, start, start.startsWith("case") ? "esac" : "fi")),
  ),
  ...[..."abAB$`'\"\\{}()[]<>|&;!#~*?@%^+-=:,./ \t\n0_é\u200b\r"].map((sign) => again(sign)),
  ...[..."$`'\"\\{([<>|&;!#~*?@^+-=:,./"].flatMap((sign) => ["a", " a", " ", "\n"].map((other) => again(sign + other))),
];

/** Some pieces, in any order, in any of the ways above. */
export function anyCrafted(random: Random): Crafted {
  const some = (): string => Array.from({ length: 1 + random.below(4) }, () => random.pick(PIECES) + random.pick(JOINS)).join("");
  const clause = (): string => (random.below(2) === 0 ? random.pick(CLAUSES) : some());
  switch (random.below(4)) {
    case 0:
      return again(clause());
    case 1:
      return again(clause() + clause(), some());
    case 2: {
      const [before, behind, inner] = random.pick(CLOSED);
      return nested(before, behind, inner ?? some());
    }
    default: {
      const [before, behind, inner] = random.pick(CLOSED);
      const [outer, end] = random.pick(CLOSED);
      return nested(outer + before, behind + end, inner ?? clause());
    }
  }
}
