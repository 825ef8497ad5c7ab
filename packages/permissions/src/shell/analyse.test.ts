import { expect, it } from "vitest";
import { analyseText, createAnalyse } from "./analyse.ts";
import { within } from "./unit.ts";

const CWD = "/home/dev/proj";
const facts = (text: string) => createAnalyse("/home/dev")(text, CWD);
const commands = (text: string): readonly string[] =>
  within(analyseText(text, CWD, "/home/dev").units).map(({ words }) => words.map((word) => word.text).join(" "));

it("takes for read-only what only tells, in its own folder", () => {
  for (const text of ["ls", "git status", "cat a | grep b | wc -l", "cd src && ls", "find . -name x", "echo hi", "ls 2>&1 >/dev/null"])
    expect([text, facts(text).readOnly]).toEqual([text, true]);
  for (const text of [
    "npm test",
    "ls > a",
    "touch a",
    "cat /etc/x",
    "cd .. && ls",
    "cat $X",
    "ls; make",
    "rm a",
    "ls )",
    "",
    "x=1",
    "f() { ls; }",
  ])
    expect([text, facts(text).readOnly]).toEqual([text, false]);
});

it("names the files and hosts of a command, and says where it can't", () => {
  expect(facts("cat a; echo x > b; rm c").effects).toEqual(
    expect.arrayContaining([
      { do: "write", path: `${CWD}/b` },
      { do: "read", path: `${CWD}/a` },
      { do: "delete", path: `${CWD}/c` },
    ]),
  );
  expect(facts("curl https://x.test/a").effects).toContainEqual({ do: "connect", url: "https://x.test/" });
  expect(facts("make").effects).toEqual([{ do: "unknown", why: "it runs a program that isn't known" }]);
  expect(facts('rm "$X"').effects.map((effect) => effect.do)).toContain("unknown");
  expect(facts("ls").effects).toEqual([]);
});

it("doesn't take for read-only what would show a variable of the environment", () => {
  for (const text of [
    "echo $API_KEY",
    'printf "%s" "$TOKEN"',
    "cat <<E\n$API_KEY\nE",
    "cat <<< $API_KEY",
    "x=$API_KEY; echo $x",
    "for k in $API_KEY; do echo $k; done",
    "ps auxe",
  ])
    expect([text, facts(text).readOnly]).toEqual([text, false]);
  for (const text of ["echo $HOME $USER", "for f in a b; do echo $f; done", 'echo "$(pwd)"'])
    expect([text, facts(text).readOnly]).toEqual([text, true]);
});

it("finds every command, wherever it stands", () => {
  expect(commands("a && b | c; (d); { e; }; if f; then g; elif h; then i; else j; fi")).toEqual([..."abcdefghij"]);
  expect(
    commands("for x in $(k); do l; done; while m; do n; done; case $(o) in p) q;; esac; r() { s; }; [[ $(t) ]]; echo ${u:-$(v)} <(w)"),
  ).toEqual(expect.arrayContaining([..."klmnoqstvw"]));
  expect(commands("sudo env A=1 sh -c 'a; b'")).toEqual(expect.arrayContaining(["env A=1 sh -c a; b", "sh -c a; b", "a", "b"]));
});

it("does work in proportion to a command's length: ten times the text is ten times the commands", () => {
  for (const piece of ["ls a; ", "cat a | ", "sudo env nice x; ", "echo $(a); ", "npx a b c; ", "$X a b; ", "rm a ) ; "]) {
    const count = (times: number): number => commands(`${piece.repeat(times)}ls`).length;
    expect(count(200) / count(20)).toBeLessThan(12);
  }
});

it("never takes a text apart into more commands than it has room for", () => {
  for (const text of [
    "npx ".repeat(2_000),
    "$X ".repeat(2_000),
    "docker exec ".repeat(800),
    "sudo ".repeat(2_000),
    "sh -c '".repeat(300),
    "{a,b}".repeat(1_000),
    "$(".repeat(3_000),
  ])
    expect(commands(text).length).toBeLessThan(text.length + 2_000);
});
