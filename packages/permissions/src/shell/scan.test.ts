import { expect, it } from "vitest";
import { MARK, scan } from "./scan.ts";

const wordsOf = (text: string) => scan(text)?.commands.map(({ words }) => words);

it("finds each command, with its quotes taken away", () => {
  expect(wordsOf(`a 'b c' "d" e\\ f | g && h; i & j\nk`)).toEqual([["a", "b c", "d", "e f"], ["g"], ["h"], ["i"], ["j"], ["k"]]);
  expect(wordsOf("a >b 2>&1 <c d # e 'f")).toEqual([["a", "d"]]);
  expect(wordsOf("(a; { b; }) && c() { d; }")).toEqual([["a"], ["{", "b"], ["}"], ["c"], ["{", "d"], ["}"]]);
  expect(wordsOf("case a in b|c) d;; (e) f;; esac; g")).toEqual([["d"], ["f"], ["g"]]);
});

it("marks what only a shell can tell", () => {
  expect(wordsOf('a $b "$c" *.ts x{1,2} ~/d "~" $HOME {} HEAD~1')).toEqual([
    ["a", MARK.split, MARK.open, `${MARK.glob}.ts`, `x${MARK.brace}1,2}`, `${MARK.home}/d`, "~", MARK.home, "{}", "HEAD~1"],
  ]);
  expect(wordsOf("a '$b `c` *' $'d' $'\\x64'")).toEqual([["a", "$b `c` *", "d", MARK.open]]);
});

it("finds the commands of substitutions", () => {
  for (const text of ['a "$(b)"', "a `b`", "a <(b)", "a ${x:-$(b)}", "a $((1 + $(b)))", "x=($(b)) a", "a <<E\n$(b)\nE"]) {
    expect(wordsOf(text)?.map((words) => words.at(0))).toContain("b");
  }
  expect(wordsOf("a <<'E'\n$(b)\nE\nc")).toEqual([["a"], ["c"]]);
});

it("doesn't follow what no shell would, nor without end", () => {
  for (const text of ["a 'b", 'a "b', "a $(b", "a `b", "a)", "a <<E\nb", "a \0", `a ${MARK.open}`, "[[ a", "case a in b"]) {
    expect(scan(text)).toBeUndefined();
  }
  for (const deep of ["$(", "${", "x=(", "(", "$((", '"$(']) expect(scan(deep.repeat(10_000))).toBeUndefined();
  for (const [open, close] of [
    ["$(", ")"],
    ["${x:-", "}"],
    ["$((", "))"],
    ["x=(", ")"],
  ] as const) {
    expect(scan(`a ${open.repeat(5_000)}${close.repeat(5_000)}`)).toBeUndefined();
  }
});
