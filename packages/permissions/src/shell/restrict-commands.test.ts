import { expect, it } from "vitest";
import { asked, bound, CWD, judge, verdict } from "../../test/engine.ts";

/** Everything else about the call is allowed. */
const under = (rule: string, text: string) => verdict("Bash", text, { rules: { deny: [rule], allow: ["Bash"] } });

it.each([
  "rm x",
  "  rm   x",
  "'rm' x",
  'r"m" x',
  "/bin/rm x",
  "RM x",
  "FOO=bar rm x",
  "A=1 B=2 rm x",
  "sudo rm x",
  "env -i rm x",
  "env A=b rm x",
  "timeout 5 rm x",
  "nice -n 5 rm x",
  "nohup timeout 5 nice rm x",
  "xargs rm",
  "watch rm x",
  "setsid rm x",
  "find a -exec rm x",
  "command rm x",
  'bash -c "rm x"',
  "sh -c 'a; rm x'",
  "coproc rm x",
  "time rm x",
  "ssh-agent rm x",
  "npm exec rm x",
  "npm --prefix a exec -- rm x",
  "npm x rm x",
  "npx rm x",
  "pnpm dlx rm x",
  "yarn dlx rm x",
  "bundle exec rm x",
  "uv run rm x",
  "poetry run rm x",
  "conda run -n a rm x",
  "/lib64/ld-linux-x86-64.so.2 /bin/rm x",
  "ld.so rm x",
  "tmux new rm x",
  "fakeroot rm x",
  "hyperfine 'rm x'",
  "strace -f rm x",
  "a && rm x",
  "a; rm x",
  "a | rm x",
  "a & rm x",
  "a\nrm x",
  "a || rm x &",
  "{ rm x; }",
  "(rm x)",
  "! rm x",
  "if a; then rm x; fi",
  "while rm x; do b; done",
  "a > b; rm x",
  "rm *",
  "docker exec a rm x",
  "git bisect run rm x",
  "rg --pre rm x",
  "git -c alias.x='!rm x' x",
  "git submodule foreach rm x",
  "env -S 'rm x'",
  "eval rm x",
  "trap 'rm x' EXIT",
  "su -c 'rm x'",
  "find . -exec rm {} +",
  "ls | xargs -I{} rm {}",
  "echo $(rm x)",
  "cat <<E\n$(rm x)\nE",
  "f() { rm x; }; f",
  "case x in x) rm x;; esac",
  "r\\m x",
  "{rm,x}",
  "echo rm x | sh",
  "if; rm x",
  "echo 'a; rm x",
])("denies `%s` by Bash(rm *)", async (text) => {
  expect(await under("Bash(rm *)", text)).toBe("deny");
});

it.each([
  "git push",
  "git -C x push",
  "git -c a=b push",
  "git --no-pager push origin",
  "git --git-dir x --work-tree y push",
  "a; git -C x push",
])("denies `%s` by Bash(git push *), whatever stands before the command", async (text) => {
  expect(await under("Bash(git push *)", text)).toBe("deny");
});

it.each([
  "r\\m x",
  "echo $(rm x)",
  "echo `rm x`",
  "$X x",
  "a=r; ${a}m x",
  "{rm,x}",
  "/bin/r? x",
  "echo cm0= | sh",
  "> f rm x",
  '> f r"m" x',
  "> f r? x",
  "echo rm | sh",
  'python -c "x(rm)"',
])("asks about `%s` because of Bash(rm *), in every mode", async (text) => {
  const rules = { deny: ["Bash(rm *)"], allow: ["Bash"] };
  expect(["ask!", "deny"]).toContain(await verdict("Bash", text, { rules, mode: "bypassPermissions" }));
  expect(["ask!", "deny"]).toContain(await verdict("Bash", text, { rules: { ask: ["Bash(rm *)"], allow: ["Bash"] } }));
});

it("isn't fooled by a command too long to be taken apart", async () => {
  const env = `env ${"A=1 ".repeat(40)}rm x`;
  expect(await under("Bash(rm *)", env)).toBe("deny");
  expect(await under("Bash(rm *)", `echo ${"a ".repeat(10_000)}; rm x`)).toBe("deny");
  expect(await under("Bash(rm *)", `echo ${"a".repeat(10_000)}`)).toBe("ask!");
});

it.each([
  "echo rm",
  "echo 'rm x'",
  "npm run rm",
  "npm test rm",
  "npm install rm",
  "pnpm rm a",
  "docker rm a",
  "brew install rm",
  "which rm",
  "cat src/rm",
  "git rm a",
  "git -C a rm b",
  "git grep rm",
  "rg rm src",
  "launch rm.ts",
  "launch --rm",
  "rmdir build",
  "ls && pwd",
  "timeout 5 ls",
  "ls > out.txt",
])("leaves `%s` alone under Bash(rm *)", async (text) => {
  expect(await under("Bash(rm *)", text)).toBe("allow");
});

it("is sure about a chain of plain commands", async () => {
  for (const text of ["a && echo curl", "git curl && b", "npm run curl; ls | wc"]) expect(await under("Bash(curl *)", text)).toBe("allow");
});

it("asks by default about what no rule could be hidden in", async () => {
  expect(await verdict("Bash", "ls && make", { rules: { deny: ["Bash(curl *)"] } })).toBe("ask");
  expect(await verdict("Bash", "ls && $X", { rules: { deny: ["Bash(curl *)"] } })).toBe("ask!");
});

it("compares an exact rule exactly, and a rule with signs of the shell letter for letter", async () => {
  expect(await under("Bash(npm publish)", "npm publish")).toBe("deny");
  expect(await under("Bash(npm publish)", "npm publish --dry-run")).toBe("allow");
  expect(await under("Bash(curl * | sh)", "curl  http://x.test |  sh")).toBe("deny");
  expect(await under("Bash(curl * | sh)", "curl http://x.test")).toBe("allow");
});

it("takes a rule on a parameter's every value for that too", async () => {
  const call = bound([{ do: "shell", text: "ls", cwd: CWD }], { command: "ls", timeout: 5 });
  expect((await judge(asked("Bash", call, { rules: { deny: ["Bash(timeout:*)"], allow: ["Bash"] } }))).behavior).toBe("deny");
  expect(await under("Bash(timeout:*)", "timeout 5 ls")).toBe("deny");
  expect(await under("Bash(timeout:*)", "ls")).toBe("allow");
  expect(await under("Bash(command:*)", "ls")).toBe("allow"); // the tool's first parameter has rules of its own
});
