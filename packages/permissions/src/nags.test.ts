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
])("asks about %s", async (text) => {
  expect(await verdict("Bash", text)).toMatch(/^ask/);
});
