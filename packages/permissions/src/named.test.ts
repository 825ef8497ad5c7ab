// Rules that people ask for by name.
import { expect, it } from "vitest";
import { verdict, type World } from "../test/engine.ts";

it("no deletion outside this directory is one rule: Delete(!./**)", async () => {
  const world: World = { rules: { allow: ["Bash", "Delete"], deny: ["Delete(!./**)"] } };
  for (const text of [
    "rm -rf build",
    "rm src/*.o",
    "find . -name '*.o' -delete",
    "git clean -fd",
    "mv a b",
    "rmdir x; unlink y",
    "cd src && rm a",
    "npm test",
    "rm ~/proj/a",
  ])
    expect([text, await verdict("Bash", text, world)]).toEqual([text, "allow"]);
  for (const text of [
    "rm ../x",
    "rm -rf /tmp/x",
    "rmdir ~/a",
    "unlink /etc/x",
    "find /tmp -name x -delete",
    "mv /tmp/a .",
    "mv a /tmp/a",
    "cd /tmp && rm x",
    "sudo rm /x/y",
    "git -C /tmp clean -fd",
    "rm -rf .",
  ])
    expect([text, await verdict("Bash", text, world)]).toEqual([text, "deny"]);
  for (const text of ['rm "$X"', "rm $(cat list)", 'eval "$X"']) expect(await verdict("Bash", text, world)).toBe("ask!");
  expect([await verdict("Delete", "build", world), await verdict("Delete", "/tmp/x", world)]).toEqual(["allow", "deny"]);
});

it("allow all git is one rule: Bash(git *), with nothing chained to it", async () => {
  const world: World = { rules: { allow: ["Bash(git *)"] } };
  for (const text of [
    "git status",
    "git push --force origin main",
    "git commit -m 'a; b && c'",
    "git clean -fdx",
    "git add . && git commit -m x",
    "git log | head -3",
    "git commit -m \"$(cat <<'E'\na\nE\n)\"",
  ])
    expect([text, await verdict("Bash", text, world)]).toEqual([text, "allow"]);
  for (const text of [
    "git status && make",
    "git status; touch x",
    "git log | sh",
    "git log > x",
    "git log $(make)",
    "git -c alias.x='!id' x",
    "cd sub && git push",
    "X=1 git push",
    "gitk",
    "git\ttouch; make",
    "git submodule foreach make",
  ])
    expect([text, await verdict("Bash", text, world)]).not.toEqual([text, "allow"]);
});
