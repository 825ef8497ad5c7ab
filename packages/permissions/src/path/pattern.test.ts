import { expect, it } from "vitest";
import { verdict, type KnownTool, type World } from "../../test/engine.ts";

const deniesRead = async (rule: string, path: string) => (await verdict("Read", path, { rules: { deny: [rule] } })) === "deny";
const allowsWrite = async (rule: string, path: string) => (await verdict("Write", path, { rules: { allow: [rule] } })) === "allow";

it.each([
  ["Read(//etc/**)", "/etc/passwd", "/etcetera/x", "from the root"],
  ["Read(~/.ssh/**)", "/home/dev/.ssh/id", "/home/dev/.sshx/id", "from home"],
  ["Read($HOME/.ssh/**)", "/home/dev/.ssh/id", "$HOME/.ssh/id", "from home, by its variable"],
  ["Read(${HOME}/.ssh)", "/home/dev/.ssh/id", "/home/dev/x", "from home, by its variable in braces"],
  ["Read(/etc/**)", "etc/x", "/etc/x", "from the rule's base"],
  ["Read(config/prod.json)", "config/prod.json", "pkg/config/prod.json", "from the working directory"],
  ["Read(./.env)", ".env", "pkg/.env", "from the working directory only, with ./"],
  ["Read(.env)", "pkg/.env", ".env.local", "at any depth, when it is only a name"],
  ["Read(secrets/**)", "pkg/secrets/a", "mysecrets/a", "at any depth, when it is one folder"],
  ["Read(secrets/)", "pkg/secrets/a", "secretsx/a", "all beneath a folder"],
  ["Read(secrets)", "secrets/deep/a", "a/secret", "all beneath what may be a folder"],
  ["Read(*.pem)", "a/b/key.pem", "a/b/key.pem.txt", "by ending"],
  ["Read(a*/config.json)", "ab/config.json", "ab/c/config.json", "a star within one name"],
  ["Read(**/x/*.ts)", "a/b/x/c.ts", "a/x/b/c.ts", "folders in between"],
  ["Read(./a*/**)", "ab/x", "ab", "what is in a folder, not a file of its name"],
  ["Read(.*)", ".hidden/x", "shown/x", "hidden files as any other"],
  ["Read(a\\[1\\].txt)", "a[1].txt", "a1.txt", "an escaped sign as itself"],
  ["Read(./k[!a]y)", "kby", "kay", "all but a class"],
  ["Read(app/(group)/x)", "app/(group)/x", "app/group/x", "brackets as letters"],
  ["Read(./*.{env,pem})", "a.pem", "a.txt", "braces, which are often meant"],
  ["Read(./.env )", ".env", "env", "without blanks around it"],
  ["Read(src/../keys/*)", "keys/a", "src/keys/a", "with .. taken away"],
  ["Read(../other/*)", "/home/dev/other/a", "other/a", "from the parent"],
  ["Read(//**/.env)", "/srv/x/.env", "/srv/x/env", "anywhere on the disk"],
])("a deny rule %s holds for %s and not for %s: %s", async (rule, hit, miss) => {
  expect([await deniesRead(rule, hit), await deniesRead(rule, miss)]).toEqual([true, false]);
});

it("sees a path through any spelling", async () => {
  for (const path of ["/home/dev/proj/../.ssh/id", "/home/dev/.ssh//id", "/home/dev/./.ssh/id/", "/home/dev/.ssh/a\nb"])
    expect(await deniesRead("Read(~/.ssh/**)", path)).toBe(true);
  expect(await deniesRead("Read(**/keys)", "a\nb/keys")).toBe(true);
});

it.each([
  ["Edit(src/**)", "src/x/y.ts", "vendor/src/y.ts", "one folder only where it stands"],
  ["Edit(docs/)", "docs/a", "x/docs/a", "one folder only where it stands"],
  ["Edit(notes.md)", "a/notes.md", "/home/dev/notes.md", "a name at any depth of the working directory"],
  ["Edit(**/src/**)", "a/b/src/c", "a/b/srcs/c", "any depth when asked for"],
  ["Edit(/src/**/*.ts)", "src/a/b.ts", "src/a/b.js", "by ending"],
  ["Edit(~/notes/*.md)", "/home/dev/notes/a.md", "/home/dev/notes/x/a.md", "a star within one name"],
  ["Edit(//tmp/a.txt)", "/tmp/a.txt", "/tmp/b.txt", "one file"],
  ["Edit(src/**)", "src/a", "src", "what is in a folder, not the folder"],
  ["Edit(app/(group)/**)", "app/(group)/x", "app/group/x", "brackets as letters"],
  ["Edit(a{1,2})", "a{1,2}", "a1", "braces as letters"],
  ["Edit(//data/**)", "/data/x", "/data/../etc/shadow", "no way out"],
])("an allow rule %s covers %s but not %s: %s", async (rule, hit, miss) => {
  expect([await allowsWrite(rule, hit), await allowsWrite(rule, miss)]).toEqual([true, false]);
});

it.each(["Read(!)", "Read(~other/x)", "Read(*/../../x)", "Read(*a*b*c*d*)"])(
  "denies all reading and writing by %s, which it can't follow",
  async (rule) => {
    expect(await verdict("Read", "a.ts", { rules: { deny: [rule] } })).toBe("deny");
    expect(await verdict("Write", "a.ts", { rules: { deny: [rule] }, mode: "bypassPermissions" })).toBe("deny");
    expect(await verdict("Bash", "ls", { rules: { deny: [rule] }, mode: "bypassPermissions" })).toBe("ask!");
    expect(await verdict("Read", "/etc/hosts", { rules: { allow: [rule] } })).toBe("ask");
  },
);

it("lets rules on Read govern all reading, and deny writing too", async () => {
  const world: World = { rules: { deny: ["Read(keys/**)"] }, mode: "bypassPermissions" };
  const on = (tool: KnownTool, path: string) => verdict(tool, path, world);
  expect(
    await Promise.all([on("Read", "keys/a"), on("Grep", "keys"), on("Glob", "keys/b"), on("Write", "keys/a"), on("Edit", "keys/a")]),
  ).toEqual(Array(5).fill("deny"));
});

it("lets rules on Edit govern all writing, and no reading", async () => {
  const rules = { deny: ["Edit(gen/**)"] };
  for (const tool of ["Edit", "Write", "NotebookEdit", "Delete"] as const)
    expect(await verdict(tool, "gen/a", { rules, mode: "acceptEdits" })).toBe("deny");
  expect(await verdict("Read", "gen/a", { rules })).toBe("allow");
  for (const tool of ["Edit", "Write", "NotebookEdit"] as const)
    expect(await verdict(tool, "src/a", { rules: { allow: ["Edit(src/**)"] } })).toBe("allow");
  expect(await verdict("Read", "/tmp/a", { rules: { allow: ["Edit(//tmp/**)"] } })).toBe("ask");
});

it("holds a deny rule on another file tool's path as one on Edit or Read", async () => {
  expect(await verdict("Edit", "docs/a", { rules: { deny: ["Write(docs/**)"] }, mode: "acceptEdits" })).toBe("deny");
  expect(await verdict("Edit", "src/a", { rules: { deny: ["Write(docs/**)"] }, mode: "acceptEdits" })).toBe("allow");
  expect(await verdict("Read", "docs/a", { rules: { deny: ["Grep(docs/**)"] } })).toBe("deny");
});

it("asks, naming the rule, before a folder is searched that may hold something denied", async () => {
  for (const rule of ["Read(.env)", "Read(./src/key)", "Read(src/*.pem)", "Read(//home/dev/proj/src/**/key)"])
    expect(await verdict("Grep", "src", { rules: { deny: [rule] } })).toBe("ask!");
  for (const rule of ["Read(./key)", "Read(docs/*.pem)", "Read(//etc/**)"])
    expect(await verdict("Grep", "src", { rules: { deny: [rule] } })).toBe("allow");
});

it("allows searching a folder outside only when all beneath it is allowed", async () => {
  expect(await verdict("Grep", "/data/x", { rules: { allow: ["Read(//data/**)"] } })).toBe("allow");
  expect(await verdict("Grep", "/data", { rules: { allow: ["Read(//data/**)"] } })).toBe("allow");
  expect(await verdict("Grep", "/data", { rules: { allow: ["Read(//data/*.txt)", "Read(//data/a)"] } })).toBe("ask");
});

it("holds a deny rule without an anchor in additional directories too, an allow rule not", async () => {
  const world = { directories: ["/data"], mode: "acceptEdits" } as const;
  expect(await verdict("Read", "/data/x/.env", { ...world, rules: { deny: ["Read(.env)"] } })).toBe("deny");
  expect(await verdict("Write", "/data/src/a", { directories: ["/data"], rules: { allow: ["Edit(src/**)"] } })).toBe("ask");
});
