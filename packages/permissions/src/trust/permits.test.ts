import { RUNS_CODE, type PartKind } from "@keelson/protocol";
import { expect, it } from "vitest";
import { folderTrusted, mayKeep, needs, permits, type Agreed, type Bringer, type Part } from "./permits.ts";

const NOBODY: Agreed = { folders: [], session: [], plugins: [], code: [] };
const part = (kind: PartKind, from: Bringer): Part => ({ kind, from, root: "/home/dev/proj", tree: "t1" });
const KINDS = Object.keys(RUNS_CODE).filter((kind): kind is PartKind => Object.hasOwn(RUNS_CODE, kind));

it("uses and runs nothing of a repository before its folder is trusted", () => {
  for (const kind of KINDS)
    expect(permits(part(kind, "repository"), { ...NOBODY, plugins: ["t1"], code: ["t1"] })).toMatchObject({ ok: false, missing: "folder" });
});

it("reads a trusted folder's text, and runs nothing of it by that alone", () => {
  const agreed = { ...NOBODY, folders: ["/home/dev/proj"] };
  for (const kind of KINDS) expect(permits(part(kind, "repository"), agreed).ok).toBe(!RUNS_CODE[kind]);
});

it("runs what was agreed to, by its tree: another state of it is another thing", () => {
  const agreed = { ...NOBODY, folders: ["/home/dev/proj"], plugins: ["t1"] };
  expect(permits(part("hooks", "repository"), agreed).ok).toBe(true);
  expect(permits({ ...part("hooks", "repository"), tree: "t2" }, agreed)).toMatchObject({ ok: false, missing: "plugin" });
  expect(permits(part("mcpServers", "installed"), NOBODY)).toMatchObject({ ok: false, missing: "plugin" });
});

it("runs code in our process by a consent of its own, whoever brought it", () => {
  const all = { ...NOBODY, folders: ["/home/dev/proj"], plugins: ["t1"] };
  for (const from of ["repository", "installed", "user"] as const)
    expect(permits(part("toolFiles", from), all)).toMatchObject({ ok: false, missing: "code" });
  expect(permits(part("toolFiles", "user"), { ...NOBODY, code: ["t1"] }).ok).toBe(true);
  expect(needs(part("toolFiles", "bundled"))).toEqual([]);
});

it("trusts exactly a folder: neither what holds it, nor a repository in it", () => {
  const agreed = { ...NOBODY, folders: ["/home/dev/proj"], session: ["/home/dev"] };
  expect([folderTrusted("/home/dev/proj", agreed), folderTrusted("/home/dev", agreed)]).toEqual([true, true]);
  expect([folderTrusted("/home/dev/proj/vendor/lib", agreed), folderTrusted("/home", agreed)]).toEqual([false, false]);
});

it("keeps no trust of the home directory", () => {
  expect([mayKeep("/home/dev", "/home/dev"), mayKeep("/", "/home/dev"), mayKeep("/home/dev/proj", "/home/dev")]).toEqual([
    false,
    false,
    true,
  ]);
});
