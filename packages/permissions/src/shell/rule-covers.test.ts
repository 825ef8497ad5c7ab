import { expect, it } from "vitest";
import { asked, bound, judge, linked, verdict } from "../../test/engine.ts";

const allows = async (rule: string, text: string) => (await verdict("Bash", text, { rules: { allow: [rule] } })) === "allow";

it.each([
  ["Bash(npm run build)", "npm run build", "npm run build x", "the words, no more"],
  ["Bash(npm run build)", "npm  run 'build'", "npm run builds", "the words however they are quoted"],
  ["Bash(ls *)", "ls", "lsof", "a trailing star behind a blank may be nothing, and keeps words whole"],
  ["Bash(ls *)", "ls -la src", "lsx -la", "anything behind it"],
  ["Bash(ls*)", "lsof -i", "als", "a star behind letters keeps no words whole"],
  ["Bash(git:*)", "git status", "gitk", "the older spelling of a trailing star"],
  ["Bash(npm run test:*)", "npm run test x", "npm run test:unit", "and only at the very end"],
  ["Bash(git * main)", "git push origin main", "git push origin main x", "a star in the middle"],
  ["Bash(* --version)", "tsc --version", "tsc --versions", "a star at the start"],
  ['Bash(git commit -m "a b")', 'git commit -m "a b"', "git commit -m a b", "quoted words as one"],
  ["Bash(foo * --dry-run *)", "foo x --dry-run y", 'foo x "a --dry-run b"', "no option that stands in quotes"],
  ["Bash(echo *)", 'echo "a; b | c"', "echo a; b | c", "signs in quotes are text"],
])("%s covers `%s` but not `%s`: %s", async (rule, hit, miss) => {
  expect([await allows(rule, hit), await allows(rule, miss)]).toEqual([true, false]);
});

it.each([
  "env",
  "sudo",
  "xargs",
  "watch",
  "timeout",
  "command",
  "eval",
  "sh",
  "bash",
  "python3",
  "python3.12",
  "node",
  "npx",
  "ssh",
  "busybox",
  "awk",
  "vim",
  "/bin/sh",
])("covers %s, which runs what it is given, only by a rule without a star", async (program) => {
  expect(await allows(`Bash(${program} *)`, `${program} x`)).toBe(false);
  expect(await allows(`Bash(${program}*)`, `${program} x`)).toBe(false);
  expect(await allows("Bash(* x)", `${program} x`)).toBe(false);
  expect(await allows(`Bash(${program} x)`, `${program} x`)).toBe(true);
  expect(await allows("Bash", `${program} x`)).toBe(true);
});

it("covers a fetched program when the rule names it", async () => {
  expect(await allows("Bash(npx vitest *)", "npx vitest run")).toBe(true);
  expect(await allows("Bash(npx *)", "npx vitest run")).toBe(false);
});

it("covers what a launcher runs when the rule names it", async () => {
  for (const launcher of ["uv run", "bundle exec", "npm exec", "pnpm dlx", "poetry run"]) {
    expect(await allows(`Bash(${launcher} tool *)`, `${launcher} tool x`)).toBe(true);
    expect(await allows(`Bash(${launcher} *)`, `${launcher} tool x`)).toBe(false);
    expect(await allows(`Bash(${launcher.split(" ")[0]} *)`, `${launcher} tool x`)).toBe(false);
    expect(await allows(`Bash(${launcher} -q *)`, `${launcher} -q tool`)).toBe(false);
    expect(await allows(`Bash(${launcher} sh *)`, `${launcher} sh x`)).toBe(false);
    expect(await allows(`Bash(${launcher} sh x)`, `${launcher} sh x`)).toBe(true);
  }
  expect(await allows("Bash(npm run *)", "npm run build")).toBe(true);
});

it("covers a program with a path only by a rule with that path", async () => {
  for (const program of ["./tool", "/tmp/tool", "/bin/tool", "src/tool"]) {
    expect(await allows("Bash(tool *)", `${program} x`)).toBe(false);
    expect(await allows("Bash(*tool *)", `${program} x`)).toBe(false);
    expect(await allows(`Bash(${program} *)`, `${program} x`)).toBe(true);
  }
});

it.each([
  "git -c core.pager=x log",
  "git --no-pager -c a=b log",
  "git -C src status",
  "git --exec-path=x status",
  "git --exec=x rebase",
  "git rebase --ex x",
  "git rebase -x x",
  "git grep -Ox y",
  "git fetch --upload-pack=x",
  "git diff --ext-diff",
  "git submodule foreach x",
  "git config alias.x y",
])("doesn't cover `%s` by Bash(git *)", async (text) => {
  expect(await allows("Bash(git *)", text)).toBe(false);
});

it("covers an option that runs something when the rule's author wrote it himself", async () => {
  expect(await allows("Bash(git -C src *)", "git -C src status")).toBe(true);
  expect(await allows("Bash(rg *)", "rg --pre cat x")).toBe(false);
  expect(await allows("Bash(rg --pre cat *)", "rg --pre cat x")).toBe(true);
  expect(await allows("Bash(git *)", "git log --oneline -p")).toBe(true);
  expect(await allows("Bash(tar *)", "tar cIf x a")).toBe(false);
});

it.each([
  "cat /etc/passwd",
  "cat ../x",
  "cat src/../../x",
  "cat ~/.ssh/id",
  "tool --file=/etc/x",
  "tool -f/etc/x",
  "tool a:/etc/x",
  "tool @/etc/x",
  "tool file:///etc/x",
])("doesn't cover `%s`, which leads out, by a star", async (text) => {
  expect(await allows(`Bash(${text.split(" ")[0]} *)`, text)).toBe(false);
});

it("covers a word that leads out when the rule's author wrote it himself, and addresses of the web", async () => {
  expect(await allows("Bash(cat /etc/hosts)", "cat /etc/hosts")).toBe(true);
  expect(await allows("Bash(cat /etc/hosts *)", "cat /etc/hosts a")).toBe(true);
  expect(await allows("Bash(curl *)", "curl -s https://x.test/a/b")).toBe(true);
  expect(await allows("Bash(cp *)", "cp a /dev/null")).toBe(true);
});

it("doesn't cover a word that leads out through a link", async () => {
  const links = linked({ "/home/dev/proj/key": "/home/dev/.ssh/id" });
  expect(await verdict("Bash", "cat key", { links, rules: { allow: ["Bash(cat *)"] } })).toBe("ask");
});

it("covers no command that starts outside of where the session works", async () => {
  const call = bound([{ do: "shell", text: "npm test", cwd: "/tmp" }]);
  expect((await judge(asked("Bash", call, { rules: { allow: ["Bash(npm test)"] } }))).behavior).toBe("ask");
  expect((await judge(asked("Bash", call, { rules: { allow: ["Bash(npm test)"] }, directories: ["/tmp"] }))).behavior).toBe("allow");
});

it.each(["then x", "coproc x", "time x", "function x", "! x", "if x"])("takes the keyword in `%s` for no program", async (text) => {
  expect(await allows("Bash(* x)", text)).toBe(false);
});
