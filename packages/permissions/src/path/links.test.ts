import { chmod, mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { linked, verdict } from "../../test/engine.ts";
import { nodeLinks, spell } from "./links.ts";

it("follows links on a real disk: of a folder, to a missing file, and up from where a link leads", async () => {
  await using home = await temporaryHome();
  const root = await realpath(home.path);
  await mkdir(join(root, "a/b"), { recursive: true });
  await writeFile(join(root, "a/file"), "");
  await symlink("a/b", join(root, "link"));
  await symlink("../missing", join(root, "a/dangling"));
  const real = async (path: string) => (await spell(join(root, path), nodeLinks)).all.map((one) => one.slice(root.length + 1));

  expect(await real("a/file")).toEqual(["a/file"]);
  expect(await real("link/new/leaf")).toEqual(["link/new/leaf", "a/b/new/leaf"]);
  expect(await real("a/dangling")).toEqual(["a/dangling", "missing"]);
  // A tool takes `link/..` away; the kernel goes up from a/b.
  expect((await spell(`${root}/link/../file`, nodeLinks)).all).toEqual([join(root, "file"), join(root, "a/file")]);
});

it("says so when a loop can't be resolved", async () => {
  await using home = await temporaryHome();
  await symlink("loop", join(home.path, "loop"));
  expect((await spell(join(home.path, "loop/x"), nodeLinks)).known).toBe(false);
});

it("doesn't guess where it may not look", async () => {
  await using home = await temporaryHome();
  await mkdir(join(home.path, "shut"), { mode: 0 });
  const refused = { readlink: async () => Promise.reject(Object.assign(new Error("no"), { code: "EACCES" })) };
  expect((await spell(join(home.path, "shut/x"), refused)).known).toBe(false);
  await chmod(join(home.path, "shut"), 0o700);
});

it("allows a path only if it and all it leads to are allowed", async () => {
  const links = linked({ "/home/dev/proj/key": "/home/dev/.ssh/id", "/home/dev/proj/d": "/etc", "/home/dev/proj/new": "/etc/new" });
  expect(await verdict("Read", "key", { links })).toBe("ask");
  expect(await verdict("Read", "key", { links, rules: { allow: ["Read(./**)"] } })).toBe("ask");
  expect(await verdict("Read", "d/hosts", { links, rules: { allow: ["Read(d/**)", "Read(./d/hosts)"] } })).toBe("ask");
  expect(await verdict("Read", "key", { links, rules: { allow: ["Read(./key)", "Read(~/.ssh/id)"] } })).toBe("ask"); // one rule for both
  expect(await verdict("Read", "key", { links, rules: { allow: ["Read(~/**)"] } })).toBe("allow");
  expect(await verdict("Write", "new", { links, mode: "acceptEdits" })).toBe("ask");
  expect(await verdict("Write", "d/x", { links, mode: "acceptEdits", rules: { allow: ["Edit(d/**)"] } })).toBe("ask");
});

it("denies a path if it or anything it leads to is denied", async () => {
  const links = linked({ "/home/dev/proj/key": "/home/dev/.ssh/id", "/home/dev/proj/d": "/home/dev/.ssh" });
  for (const rule of ["Read(./key)", "Read(~/.ssh/**)"])
    expect(await verdict("Read", "key", { links, rules: { deny: [rule] } })).toBe("deny");
  expect(await verdict("Read", "d/id", { links, rules: { deny: ["Read(~/.ssh/**)"] } })).toBe("deny");
  expect(await verdict("Bash", "cat d/id", { links, rules: { deny: ["Read(~/.ssh/**)"], allow: ["Bash(cat *)"] } })).toBe("deny");
});

it("finds the real file behind the link that a deny rule names", async () => {
  const links = linked({ "/home/dev/proj/.env": "/home/dev/proj/config/secret", "/tmp": "/private/tmp" });
  expect(await verdict("Read", "config/secret", { links, rules: { deny: ["Read(./.env)"] } })).toBe("deny");
  expect(await verdict("Read", "/private/tmp/x", { links, rules: { deny: ["Read(//tmp/**)"] } })).toBe("deny");
});

it("works in a folder that is itself reached through a link", async () => {
  const links = linked({ "/home/dev": "/data/dev" });
  expect(await verdict("Read", "a.ts", { links })).toBe("allow");
  expect(await verdict("Read", "/data/dev/proj/a.ts", { links })).toBe("allow");
  expect(await verdict("Write", "src/a.ts", { links, rules: { allow: ["Edit(src/**)"] } })).toBe("allow");
  expect(await verdict("Read", "/data/dev/proj/.env", { links, rules: { deny: ["Read(./.env)"] } })).toBe("deny");
});

it("asks when a path can't be resolved and a rule might hold for where it leads", async () => {
  const links = linked({ "/home/dev/proj/loop": "loop" });
  expect(await verdict("Read", "loop", { links })).toBe("ask");
  expect(await verdict("Read", "loop", { links, rules: { deny: ["Read(~/.ssh/**)"] }, mode: "bypassPermissions" })).toBe("ask!");
});

it("compares deny rules without case where the disk does, allow rules never", async () => {
  const links = { ...linked(), caseless: true };
  for (const rule of ["Read(./.env)", "Read(.env)", "Read(~/PROJ/.*)"])
    expect(await verdict("Read", ".ENV", { links, rules: { deny: [rule] } })).toBe("deny");
  expect(await verdict("Read", ".ENV", { rules: { deny: ["Read(./.env)"] } })).toBe("allow");
  expect(await verdict("Write", "SRC/a", { links, rules: { allow: ["Edit(src/**)"] } })).toBe("ask");
});
