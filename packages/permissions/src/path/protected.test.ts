import { expect, it } from "vitest";
import { linked, verdict } from "../../test/engine.ts";
import { isProtected } from "./protected.ts";

const ALL = { rules: { allow: ["Edit", "Write", "Delete", "Edit(**)", "Edit(/.git/**)", "Edit(.claude/**)"] } };

it.each([
  ".git/config",
  ".git",
  "pkg/.git/hooks/pre-commit",
  ".claude/settings.json",
  ".keel/settings.json",
  ".codex/config.toml",
  ".cursor/x",
  ".config/git/config",
  ".vscode/tasks.json",
  ".husky/pre-commit",
  "~/.zshrc",
  "pkg/.npmrc",
  ".pnp.cjs",
  "bunfig.toml",
  ".mcp.json",
  "gradle/wrapper/gradle-wrapper.properties",
  ".claude/worktrees/a/.git/config",
  "src/../.git/config",
  ".GIT/config",
  ".git./config",
  ".git /config",
])("asks before %s is changed, against any allow rule and in mode acceptEdits", async (path) => {
  expect(await verdict("Write", path, ALL)).toBe("ask!");
  expect(await verdict("Edit", path, { ...ALL, mode: "acceptEdits" })).toBe("ask!");
});

it("doesn't ask in mode bypassPermissions, nor for reading", async () => {
  expect(await verdict("Write", ".git/config", { mode: "bypassPermissions" })).toBe("allow");
  expect(await verdict("Read", ".git/config")).toBe("allow");
});

it.each(["src/git/config", ".gitignore", "a.git/x", ".claude/worktrees/a/src/b.ts", ".configs/git/x", "npmrc"])(
  "doesn't protect %s",
  async (path) => {
    expect(isProtected(path)).toBe(false);
    expect(await verdict("Write", path, { mode: "acceptEdits" })).toBe("allow");
  },
);

it("sees a protected path behind a link", async () => {
  const links = linked({ "/home/dev/proj/l": "/home/dev/.bashrc", "/home/dev/proj/g": ".git" });
  expect(await verdict("Write", "l", { ...ALL, links })).toBe("ask!");
  expect(await verdict("Write", "g/config", { ...ALL, links })).toBe("ask!");
});

it("lets a rule, but no mode, allow a change of what runs on a server", async () => {
  expect(await verdict("Write", ".github/workflows/ci.yml", { mode: "acceptEdits" })).toBe("ask");
  expect(await verdict("Write", ".github/workflows/ci.yml", { rules: { allow: ["Edit(.github/**)"] } })).toBe("allow");
});

it("asks before a command that isn't only a reader names one", async () => {
  for (const text of ["cp a .git/hooks/pre-commit", "touch .bashrc", "curl -o.npmrc x", "tool --out=.envrc", "rm -r .vscode"])
    expect(await verdict("Bash", text, { rules: { allow: ["Bash"] } })).toBe("ask!");
  for (const text of ["cat .npmrc", "ls .git", "npm test"])
    expect(await verdict("Bash", text, { rules: { allow: ["Bash"] } })).toBe("allow");
});

it("asks before a command that isn't plain could reach one", async () => {
  for (const text of [
    "echo x > .git/config",
    "cd .git && touch x",
    "echo x >.g*/config",
    "tee .{git,x}/config < a",
    "echo 'x' > \".n\"pmrc",
  ])
    expect(await verdict("Bash", text, { rules: { allow: ["Bash"] } })).toBe("ask!");
  expect(await verdict("Bash", "npm test && npm run build > log.txt", { rules: { allow: ["Bash"] } })).toBe("allow");
});
