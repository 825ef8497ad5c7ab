// A disk of Windows, made up: paths as tools state them there, and what the stages make of their forms.
import type { BoundCall, Mode } from "@keelson/protocol";
import { expect, it } from "vitest";
import { bound, judge } from "../../test/engine.ts";
import { createReadFilter } from "../read-filter.ts";
import { readRules, type RuleLists } from "../rule/read-rules.ts";
import { onWindows, type Links } from "./links.ts";

const HOME = "C:\\Users\\dev";
const CWD = `${HOME}\\proj`;
const virtual = (links: Readonly<Record<string, string>> = {}): Links => onWindows({ readlink: async (path) => links[path] });

type World = { readonly rules?: RuleLists; readonly mode?: Mode; readonly links?: Links };
async function said(tool: string, call: BoundCall, { rules = {}, mode = "default", links = virtual() }: World = {}): Promise<string> {
  const read = readRules(rules, { source: "claude_project", base: CWD }).rules;
  const { behavior, explicit } = await judge({ tool, call, mode, rules: read, cwd: CWD, directories: [], home: HOME }, { links });
  return behavior === "ask" && explicit ? "ask!" : behavior;
}
const reads = (path: string, world?: World) => said("Read", bound([{ do: "read", path }]), world);
const writes = (path: string, world?: World) => said("Write", bound([{ do: "write", path }]), world);
const runs = (text: string, world?: World) => said("Bash", bound([{ do: "shell", text, cwd: CWD }], { command: text }, false), world);

it("works where the session works, by either slash and either letter of the drive", async () => {
  for (const path of [`${CWD}\\src\\a.ts`, "c:/Users/dev/proj/a.ts", "C:/Users/dev/proj/src/../a.ts"])
    expect(await reads(path)).toBe("allow");
  for (const path of [`${HOME}\\other\\a`, "D:\\Users\\dev\\proj\\a", `${CWD}\\..\\a`]) expect(await reads(path)).toBe("ask");
  expect(await writes(`${CWD}\\a.ts`, { mode: "acceptEdits" })).toBe("allow");
  expect(await writes(`${CWD}\\a.ts`, { rules: { allow: ["Edit(/**)"] } })).toBe("allow");
  expect(await runs("ls src && cat a.ts")).toBe("allow");
});

it("denies whatever the case of a name is", async () => {
  for (const rule of [
    "Read(secret.txt)",
    "Read(./secret.txt)",
    "Read(/SECRET.*)",
    "Read(~/proj/secret.txt)",
    "Read(//c/users/dev/proj/*.txt)",
  ])
    for (const path of [`${CWD}\\SECRET.TXT`, "c:/users/DEV/proj/Secret.txt"])
      expect([rule, path, await reads(path, { rules: { deny: [rule] } })]).toEqual([rule, path, "deny"]);
  expect(await runs("cat SECRET.TXT", { rules: { deny: ["Read(secret.txt)"] } })).toBe("deny");
  expect(await reads("C:\\data\\SECRET.TXT", { rules: { allow: ["Read(//c/data/secret.txt)"] } })).toBe("ask");
});

it("reads rules with drives and backslashes, as paths are written there", async () => {
  for (const rule of ["Read(C:\\Users\\dev\\proj\\keys\\**)", "Read(C:/Users/dev/proj/keys/**)", "Read(.\\keys\\**)", "Read(keys\\*.pem)"])
    expect([rule, await reads(`${CWD}\\keys\\a.pem`, { rules: { deny: [rule] } })]).toEqual([rule, "deny"]);
  expect(await reads("D:\\data\\a", { rules: { allow: ["Read(D:\\data\\**)"] } })).toBe("allow");
});

it.each(["\\\\?\\C:\\Users\\dev\\proj\\a", "\\\\.\\C:\\a", "a.txt::$DATA", "secret.txt.", "secret.txt ", "NUL", "SECRET~1.TXT", "C:a"])(
  "refuses %j: the disk takes it for another file than it shows",
  async (name) => {
    const path = /^[\\C]/.test(name) ? name : `${CWD}\\${name}`;
    for (const mode of ["default", "bypassPermissions"] as const)
      expect(await reads(path, { mode, rules: { allow: ["Read"] } })).toBe("deny");
  },
);

it("asks before a share is read or written, and before a command names an odd form", async () => {
  expect(await reads("\\\\server\\share\\x")).toBe("ask");
  expect(await writes("//server/share/x", { mode: "acceptEdits", rules: { allow: ["Edit(//**)"] } })).toBe("ask");
  for (const text of ["cat C:/Users/dev/secret", "cat 'a.txt::$DATA'", "cat secret.txt.", "cat SECRET~1.TXT", "cat //server/share/x"])
    expect([text, await runs(text)]).toEqual([text, "ask"]);
  expect(await runs("cat secret.txt.", { rules: { allow: ["Bash(cat *)"], deny: ["Read(secret.txt)"] } })).toBe("ask!");
});

it("follows links and junctions, and gives up where one leads to no plain path", async () => {
  const links = virtual({
    "c:/Users/dev/proj/l": "D:\\keys\\",
    "c:/Users/dev/proj/r": "..\\other",
    "c:/Users/dev/proj/s": "\\\\server\\x",
  });
  expect(await reads(`${CWD}\\l\\a`, { links, rules: { deny: ["Read(//d/keys/**)"] } })).toBe("deny");
  expect(await reads(`${CWD}\\r\\a`, { links, rules: { deny: ["Read(~/other/**)"] } })).toBe("deny");
  expect(await reads(`${CWD}\\s\\a`, { links })).toBe("ask");
});

it("leaves out of a search what may not be read", async () => {
  const { rules } = readRules({ deny: ["Read(secret.txt)"] }, { source: "claude_project", base: CWD });
  const out = createReadFilter({ rules, cwd: CWD, home: HOME, links: virtual() });
  expect([await out(`${CWD}\\SECRET.txt`), await out(`${CWD}\\a.txt`), await out(`${CWD}\\secret.txt::$DATA`)]).toEqual([
    true,
    false,
    true,
  ]);
});

it("asks before a protected path is changed, by any spelling", async () => {
  for (const path of [`${CWD}\\.GIT\\config`, `${CWD}\\.git\\hooks\\x`, `${HOME}\\.bashrc`])
    expect(await writes(path, { mode: "acceptEdits", rules: { allow: ["Edit"] } })).toBe("ask!");
});

it("asks before a drive is removed, or what stands in it, in any mode", async () => {
  for (const text of ["rm -rf /c", "rm -rf /c/Windows", "rm -rf C:/", "rm -rf 'C:\\Windows'", "rm -rf /c/Users/dev"])
    expect([text, await runs(text, { mode: "bypassPermissions" })]).toEqual([text, "ask!"]);
  expect(await runs("rm -rf /c/Users/dev/proj/dist", { mode: "bypassPermissions" })).toBe("allow");
});
