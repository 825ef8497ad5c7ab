// Where a command runs: what moves the shell is followed, or the folder isn't known from there.
import { expect, it } from "vitest";
import { verdict, type World } from "../test/engine.ts";

const never = async (texts: readonly string[], world: World) => {
  for (const text of texts) expect([text, await verdict("Bash", text, world)]).not.toEqual([text, "allow"]);
};
const inside: World = { rules: { allow: ["Bash"], deny: ["Delete(!./**)"] } };

it("a change of folder behind eval, a function, a trap, an alias or a sourced file isn't forgotten", async () => {
  await never(
    [
      "f() { cd ../out; }; f; rm secret.txt",
      'eval "cd ../out"; rm secret.txt',
      "eval cd ..; rm x",
      'eval "pushd /tmp"; rm x',
      "builtin eval -- cd ..; rm x",
      "f() { cd /tmp; }; f && mv a b",
      "f() { c\\d /tmp; }; g() { f; }; g; rm x",
      "cd() { builtin cd /tmp; }; cd .; rm x",
      'eval "f() { cd ..; }"; f; rm x',
      'trap "cd /tmp" DEBUG; rm x',
      'alias c="cd /tmp"; c; rm x',
      "shopt -s autocd; /tmp; rm x",
      "shopt -s cdable_vars; x=/tmp; cd x; rm y",
      ". ./x; rm y",
      "source x && rm y",
      "for i in 1 2; do rm x; eval 'c''d ..'; done",
      "mapfile -C 'cd ..; :' -c 1 a < f; rm x",
      "bash -c 'eval \"cd /tmp\"; rm x'",
    ],
    inside,
  );
  await never(["function g { cd ~; }; g; cat .ssh/id_rsa", "shopt -s autocd; ~/.ssh; cat id_rsa", "source ./cdssh; cat id_rsa"], {
    rules: { allow: ["Bash"], deny: ["Read(~/.ssh/**)"] },
  });
  await never(['eval "cd /" && rm -rf y'], { mode: "bypassPermissions" });
});

it("a plain cd behind eval is followed, and what doesn't move stays where it is", async () => {
  expect(await verdict("Bash", "eval cd ..; rm x", inside)).toBe("deny");
  for (const text of [
    "eval cd sub; rm x",
    "f() { echo a; }; f; rm x",
    "eval 'echo a'; rm x",
    "trap 'rm x' EXIT; rm y",
    "shopt -s nullglob; rm x",
  ])
    expect([text, await verdict("Bash", text, inside)]).toEqual([text, "allow"]);
});

it("two folders to put things in, which no program takes, are never allowed past a rule on one of them", async () => {
  for (const program of ["cp", "mv", "ln", "install"]) {
    const world: World = { rules: { allow: ["Bash"], deny: ["Edit(/src/**)"] } };
    expect([program, await verdict("Bash", `${program} -t out -t src x`, world)]).toEqual([program, "deny"]);
    expect([program, await verdict("Bash", `${program} -t out -t lib x`, { mode: "acceptEdits" })]).not.toEqual([program, "allow"]);
    expect([program, await verdict("Bash", `${program} -t out -t out x`, world)]).toEqual([program, "allow"]);
  }
});
