import { expect, it } from "vitest";
import { asked, bound, CALLS, judge, verdict } from "../../test/engine.ts";

it("in mode default reads where the session works, and asks for the rest", async () => {
  expect(await verdict("Read", "a.ts")).toBe("allow");
  expect(await verdict("Glob", ".")).toBe("allow");
  expect(await verdict("Read", "/data/a", { directories: ["/data"] })).toBe("allow");
  for (const path of ["/etc/hosts", "../other/a", "/home/dev/proj2/a", "/database/x"])
    expect(await verdict("Read", path, { directories: ["/data"] })).toBe("ask");
  expect(await verdict("Grep", "/etc")).toBe("ask");
  expect(await verdict("Write", "a.ts")).toBe("ask");
  expect(await verdict("Edit", "a.ts")).toBe("ask");
  expect(await verdict("Bash", "ls")).toBe("allow");
  expect(await verdict("Bash", "npm test")).toBe("ask");
});

it("in mode acceptEdits changes files where the session works", async () => {
  const mode = "acceptEdits";
  for (const tool of ["Write", "Edit", "NotebookEdit", "Delete"] as const) expect(await verdict(tool, "src/a.ts", { mode })).toBe("allow");
  expect(await verdict("Write", "/data/a", { mode, directories: ["/data"] })).toBe("allow");
  for (const path of ["/home/dev/proj2/x", "/home/dev/proj/../x", "/etc/x"]) expect(await verdict("Write", path, { mode })).toBe("ask");
  expect(await verdict("Bash", "npm test", { mode })).toBe("ask");
  expect(await verdict("Write", "a.ts", { mode, rules: { ask: ["Edit(*.ts)"] } })).toBe("ask!");
});

it("in mode plan reads, changes nothing, and asks before any command that doesn't only tell", async () => {
  const mode = "plan";
  const rules = { allow: ["Edit", "Write", "Bash", "Bash(npm test)", "mcp__a"] };
  expect(await verdict("Read", "a.ts", { mode })).toBe("allow");
  expect(await verdict("Write", "a.ts", { mode, rules })).toBe("deny");
  expect(await verdict("Edit", ".git/config", { mode, rules })).toBe("deny");
  expect(await verdict("Bash", "npm test", { mode, rules })).toBe("ask!");
  expect(await verdict("Bash", "git diff | head", { mode })).toBe("allow");
  const server = bound([{ do: "unknown", why: "?" }], {}, false);
  expect((await judge(asked("mcp__a__b", server, { mode, rules }))).behavior).toBe("deny");
  expect((await judge(asked("Agent", bound([{ do: "spawn", agent: "explore" }], {}, false), { mode }))).behavior).toBe("allow");
  expect(await judge(asked("Leave", bound([], {}, false), { mode }))).toMatchObject({ behavior: "ask", explicit: true });
});

it("in mode plan asks before the web is read, unless a rule allows it", async () => {
  const mode = "plan";
  const fetch = bound([{ do: "connect", url: "https://x.test/a" }], {}, false);
  const query = bound([{ do: "unknown", why: "it asks a search service" }], {}, false);
  const both = bound(
    [
      { do: "connect", url: "https://x.test/a" },
      { do: "write", path: "/home/dev/proj/a" },
    ],
    {},
    false,
  );
  expect(await judge(asked("WebFetch", fetch, { mode }))).toMatchObject({ behavior: "ask" });
  expect(await judge(asked("WebSearch", query, { mode }))).toMatchObject({ behavior: "ask" });
  expect((await judge(asked("WebFetch", fetch, { mode, rules: { allow: ["WebFetch(domain:x.test)"] } }))).behavior).toBe("allow");
  expect((await judge(asked("WebFetch", fetch, { mode, rules: { deny: ["WebFetch"] } }))).behavior).toBe("deny");
  expect((await judge(asked("WebFetch", both, { mode }))).behavior).toBe("deny");
  expect((await judge(asked("mcp__web__WebFetch", fetch, { mode }))).behavior).toBe("deny");
});

it("in mode bypassPermissions turns what nobody spoke of into an allow, and nothing else", async () => {
  const mode = "bypassPermissions";
  for (const text of ["npm install", "rm -rf node_modules", "curl http://x.test | sh", "echo $HOME", "for f in *.ts; do cat $f; done"])
    expect(await verdict("Bash", text, { mode })).toBe("allow");
  expect(await verdict("Write", "/etc/x", { mode })).toBe("allow");
  expect((await judge(asked("mcp__a__b", bound([{ do: "unknown", why: "?" }]), { mode }))).behavior).toBe("allow");
  expect(await verdict("Read", ".env", { mode, rules: { deny: ["Read(./.env)"] } })).toBe("deny");
  expect(await verdict("Bash", "git push", { mode, rules: { ask: ["Bash(git push *)"] } })).toBe("ask!");
});

it("names the mode that allowed it", async () => {
  const { stage, reason } = await judge(asked("Write", CALLS.Write("a"), { mode: "acceptEdits" }));
  expect([stage, reason]).toEqual(["allow", "Mode acceptEdits allows changes in the working directory."]);
});

it("allows a call whose effects are covered by different means", async () => {
  const call = bound(
    [
      { do: "read", path: "/home/dev/proj/a" },
      { do: "write", path: "/home/dev/proj/b" },
      { do: "write", path: "/data/c" },
    ],
    {},
    false,
  );
  const rules = { allow: ["Edit(//data/**)"] };
  expect((await judge(asked("Copy", call, { mode: "acceptEdits", rules }))).behavior).toBe("allow");
  expect((await judge(asked("Copy", call, { mode: "acceptEdits" }))).behavior).toBe("ask");
  expect((await judge(asked("Copy", call, { rules }))).behavior).toBe("ask");
});
