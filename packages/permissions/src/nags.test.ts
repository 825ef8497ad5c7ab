// What is provably harmless isn't asked about; what only looks like it is.
import { expect, it } from "vitest";
import { verdict } from "../test/engine.ts";

it.each([
  "ls --help",
  "git --help",
  "grep --help",
  "tsc --version",
  "echo a | tee /dev/null",
  "ls -la | tee /dev/stderr",
  "tar tf a.tar",
  "tar -tzf a.tgz | head",
  "unzip -l a.zip",
  "gunzip -c a.gz | head",
  "set -e; ls",
  "set -euo pipefail; ls",
  "ls | xargs",
  "ls | xargs -n1 basename",
  "ls | xargs -n 1 dirname",
  "ls | xargs -I{} echo {}",
  "for f in a.ts b.ts; do wc -l $f; done",
  'for f in src/a src/b; do head -3 "$f" | grep x; done',
  "for d in a b; do for f in x y; do cat $d/$f; done; done",
])("asks nothing about %s", async (text) => {
  expect(await verdict("Bash", text)).toBe("allow");
});

it.each([
  "make --help",
  "git log --help",
  "ls --help ../x",
  "echo a | tee out",
  "tee /dev/null -o x",
  "tar tf ../a.tar",
  "tar tf host:a.tar",
  "tar tIf ./x a.tar",
  "tar xf a.tar",
  "unzip a.zip",
  "gunzip a.gz",
  "gunzip -c ../a.gz",
  "set -a; ls",
  "set -- a; ls",
  "set -o history; ls",
  "set",
  "ls | xargs cat",
  "ls | xargs -n1 rm",
  "ls | xargs -I% sh -c %",
  "ls | xargs -a ../x echo",
  "ls | xargs -I{} {} a",
  "ls | xargs -n1 bash",
  "find . -type f | xargs wc -l",
  "basename $SECRET",
  "for f in a ../b; do wc -l $f; done",
  "for f in a b; do f=../x; wc -l $f; done",
  "for f in a b; do read f; wc -l $f; done",
  "for f in a b; do for f in $x; do wc -l $f; done; done",
  "for f in wc rm; do $f a; done",
  "for f in a -delete; do find . $f; done",
  "for f in a; do : ${f:=b}; wc -l $f; done",
  "for f in a; do ((f++)); wc -l $f; done",
  "for f in a; do f\\\n=../x; wc -l $f; done",
  "for f in a; do ls {f}<x; wc -l $f; done",
  "for f in a; do cd ..; wc -l $f; done",
  "for f in a; do wc -l $f; done; cat $f/../../x",
  "for f in $(ls); do wc -l $f; done",
])("asks about %s", async (text) => {
  expect(await verdict("Bash", text)).toMatch(/^ask/);
});

it("judges a loop by each value of its variable", async () => {
  const rules = { allow: ["Bash(git push origin *)"], deny: ["Bash(rm *)", "Read(//etc/**)"] };
  expect(await verdict("Bash", "for r in origin evil; do git push $r main; done", { rules })).toBe("ask");
  expect(await verdict("Bash", "for r in main dev; do git push origin $r; done", { rules })).toBe("allow");
  expect(await verdict("Bash", "for c in ls rm; do $c x; done", { rules: { allow: ["Bash"], deny: ["Bash(rm *)"] } })).toBe("deny");
  expect(await verdict("Bash", "for f in a /etc/x; do cat $f; done", { rules })).toBe("deny");
});
