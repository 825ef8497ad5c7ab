import type { Effect } from "@keelson/protocol";
import { expect, it } from "vitest";
import { asked, bound, judge, verdict, type World } from "../../test/engine.ts";

const on = async (tool: string, rules: World["rules"], effects: readonly Effect[] = [{ do: "unknown", why: "a server does it" }]) =>
  (await judge(asked(tool, bound(effects, {}, false), rules ? { rules } : {}))).behavior;

it("allows all that a tool does by its bare name", async () => {
  expect(await verdict("Bash", "a | b > c", { rules: { allow: ["Bash"] } })).toBe("allow");
  expect(await verdict("Bash", "a | b > c", { rules: { allow: ["Bash(*)"] } })).toBe("allow");
  expect(await verdict("Write", "/tmp/x/y", { rules: { allow: ["Write"] } })).toBe("allow");
});

it("allows by a bare Edit no other tool that writes", async () => {
  expect(await verdict("Edit", "a.ts", { rules: { allow: ["Edit"] } })).toBe("allow");
  expect(await verdict("Write", "a.ts", { rules: { allow: ["Edit"] } })).toBe("ask");
});

it("restricts by a bare Edit all that writes, by a bare Read all that reads or writes", async () => {
  for (const tool of ["Edit", "Write", "NotebookEdit", "Delete"] as const) {
    expect(await verdict(tool, "a.ts", { rules: { deny: ["Edit"] }, mode: "acceptEdits" })).toBe("deny");
    expect(await verdict(tool, "a.ts", { rules: { deny: ["Read"] }, mode: "acceptEdits" })).toBe("deny");
  }
  expect(await verdict("Glob", ".", { rules: { deny: ["Read"] } })).toBe("deny");
  expect(await verdict("Read", "a.ts", { rules: { deny: ["Edit"] } })).toBe("allow");
});

it("restricts by a bare Bash every tool that starts a shell", async () => {
  expect(await on("Terminal", { deny: ["Bash"], allow: ["Terminal"] }, [{ do: "shell", text: "ls", cwd: "/home/dev/proj" }])).toBe("deny");
  expect(await on("Terminal", { allow: ["Bash"] }, [{ do: "shell", text: "npm test", cwd: "/home/dev/proj" }])).toBe("ask");
});

it("takes a star in a deny or ask rule's name for any tool", async () => {
  expect(await verdict("Read", "a.ts", { rules: { deny: ["*"] } })).toBe("deny");
  expect(await on("mcp__github__get_issue", { deny: ["mcp__*"], allow: ["mcp__github"] })).toBe("deny");
  expect(await on("mcp__github__get_issue", { ask: ["mcp__*__get_*"], allow: ["mcp__github"] })).toBe("ask");
});

it("allows a server's tools by the server's name, but no server whose name begins alike", async () => {
  for (const rule of ["mcp__github", "mcp__github__*", "mcp__github__get_*", "mcp__github__get_issue"])
    expect(await on("mcp__github__get_issue", { allow: [rule] })).toBe("allow");
  for (const tool of ["mcp__github_evil__get_issue", "mcp__githubevil__get_issue", "mcp__GitHub__get_issue", "mcp__github"])
    expect(await on(tool, { allow: ["mcp__github"] })).toBe(tool === "mcp__github" ? "allow" : "ask");
});

it("doesn't allow a tool that may belong to another server", async () => {
  expect(await on("mcp__a__b__c", { allow: ["mcp__a", "mcp__a__*"] })).toBe("ask");
  expect(await on("mcp__a__b__c", { allow: ["mcp__a__b__c"] })).toBe("allow");
  expect(await on("mcp__a__b__c", { deny: ["mcp__a"], allow: ["mcp__a__b__c"] })).toBe("deny");
});

it("knows the older names of tools", async () => {
  expect(await on("Task", { deny: ["Agent"], allow: ["Task"] })).toBe("deny");
  expect(await on("Agent", { deny: ["Task"], allow: ["Agent"] })).toBe("deny");
});

it("allows a call without effects only by its tool's name, or when it says that it only reads", async () => {
  expect(await on("Note", {}, [])).toBe("ask");
  expect(await on("Note", { allow: ["Note"] }, [])).toBe("allow");
  expect((await judge(asked("Note", bound([], {}, true)))).behavior).toBe("allow");
});

it("asks about effects that nobody knows, even of a tool that calls itself read-only", async () => {
  expect((await judge(asked("mcp__a__b", bound([{ do: "unknown", why: "?" }], {}, true)))).behavior).toBe("ask");
  expect((await judge(asked("WebFetch", bound([{ do: "connect", url: "https://x.test" }], {}, true)))).behavior).toBe("ask");
});

it("doesn't believe a tool that only states reads but says it does more", async () => {
  const odd = bound([{ do: "read", path: "/home/dev/proj/a" }], {}, false);
  expect((await judge(asked("Odd", odd, { rules: { allow: ["Read(./**)"] } }))).behavior).toBe("ask");
  expect((await judge(asked("Odd", odd, { rules: { allow: ["Odd"] } }))).behavior).toBe("allow");
});
