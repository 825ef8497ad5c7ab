import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findLayers, matchPaths, nestedLayers, readCatalog, type Catalog, type LayerPlaces } from "@keelson/loader";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { callsIn, type Calls } from "./calls.ts";
import { scopeSkills } from "./scope.ts";
import { openShelf, type ShelfSettings } from "./shelf.ts";

async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}
const skill = (head = "", body = "Do it.") => `---\ndescription: What it is for\n${head}\n---\n${body}\n`;

async function catalogOf(home: string, files: Readonly<Record<string, string>>, more: Partial<LayerPlaces> = {}): Promise<Catalog> {
  await put(home, files);
  return readCatalog(findLayers({ cwd: join(home, "work"), home, ...more }));
}
const said = (calls: Calls): unknown => (calls.is === "calls" ? calls.calls.map(({ entry, args }) => `${entry.id}(${args})`) : calls.is);

test("skills and commands are one namespace; a plugin's answer to their bare name where it is free, and to that of their folder", async () => {
  await using home = await temporaryHome();
  const catalog = await catalogOf(
    home.path,
    {
      ".claude/skills/review/SKILL.md": skill(),
      ".claude/commands/git/push.md": "Push.",
      "p/.claude-plugin/plugin.json": '{"name":"tools"}',
      "p/skills/review/SKILL.md": skill(),
      "p/skills/free/SKILL.md": skill(),
      "p/commands/go.md": "Go.",
    },
    { plugins: [{ root: join(home.path, "p") }] },
  );
  const shelf = openShelf(catalog, {});
  assert.deepEqual(
    shelf.entries.map(({ id, kind, origin }) => [id, kind, origin]),
    [
      ["push", "command", "user"],
      ["review", "skill", "user"],
      ["tools:free", "skill", "installed"],
      ["tools:go", "command", "installed"],
      ["tools:review", "skill", "installed"],
    ],
  );
  const names = ["review", "/review", "tools:review", "free", "go", "git:push", "Review", "none"];
  assert.deepEqual(
    names.map((name) => shelf.find(name)?.id),
    ["review", "review", "tools:review", "tools:free", "tools:go", "push", "review", undefined],
  );
});

test("the settings take single skills away from the model, from everyone, or their description; a plugin's they don't touch", async () => {
  await using home = await temporaryHome();
  const catalog = await catalogOf(
    home.path,
    {
      ".keel/skills/a/SKILL.md": skill(),
      ".keel/skills/b/SKILL.md": skill(),
      ".keel/skills/c/SKILL.md": skill(),
      ".keel/skills/d/SKILL.md": skill("disable-model-invocation: true"),
      ".keel/skills/e/SKILL.md": skill("user-invocable: false"),
      "p/skills/a/SKILL.md": skill(),
      "house/skills/h/SKILL.md": skill(),
    },
    { plugins: [{ root: join(home.path, "p") }, { root: join(home.path, "house"), kind: "bundled" }] },
  );
  const settings: ShelfSettings = {
    skillOverrides: { a: "off", b: "user-invocable-only", c: "name-only", "p:a": "off" },
    disableBundledSkills: true,
  };
  assert.deepEqual(
    openShelf(catalog, settings).entries.map(({ id, forModel, forUser, nameOnly }) => [id, forModel, forUser, nameOnly]),
    [
      ["b", false, true, false],
      ["c", true, true, true],
      ["d", false, true, false],
      ["e", true, false, false],
      ["p:a", true, true, false],
    ],
  );
});

test("a skill of a folder below is there beside the one with its name, under its folder's", async () => {
  await using home = await temporaryHome();
  const cwd = join(home.path, "work");
  const catalog = await catalogOf(home.path, {
    "work/.claude/skills/s/SKILL.md": skill(),
    "work/packages/x/.claude/skills/s/SKILL.md": skill(),
    "work/packages/x/.claude/skills/t/SKILL.md": skill(),
  });
  const below = await readCatalog(nestedLayers(cwd, join(cwd, "packages/x/src/a.ts")));
  const shelf = openShelf(catalog, {}, [{ place: "packages/x", catalog: below }]);
  assert.deepEqual(
    shelf.entries.map(({ id }) => id),
    ["packages/x:s", "s", "t"],
  );
});

test("a skill with paths is announced when a file that fits is touched; patterns begin at its project", async () => {
  await using home = await temporaryHome();
  const cwd = join(home.path, "work");
  const catalog = await catalogOf(home.path, {
    "work/.claude/skills/db/SKILL.md": skill('paths: ["migrations/**", "*.sql"]'),
    ".claude/skills/mine/SKILL.md": skill("paths: src/*.{ts,tsx}"),
    "work/.claude/skills/always/SKILL.md": skill(),
  });
  const scope = await scopeSkills(openShelf(catalog, {}).entries, matchPaths, cwd);
  const fitting = (file: string): string[] => scope.entriesFor(join(cwd, file)).map(({ id }) => id);
  assert.deepEqual(["migrations/1/up.txt", "deep/x.sql", "src/a.tsx", "lib/src/a.ts", "../migrations/1"].map(fitting), [
    ["db"],
    ["db"],
    ["mine"],
    [],
    [],
  ]);
});

test("a prompt may begin with up to six skills, and what stands behind them goes to each", async () => {
  await using home = await temporaryHome();
  const files = ["a", "b", "c", "d", "e", "f", "g"].map((name) => [`.keel/skills/${name}/SKILL.md`, skill()] as const);
  const catalog = await catalogOf(
    home.path,
    {
      ...Object.fromEntries(files),
      ".keel/skills/apart/SKILL.md": skill("context: fork"),
      ".keel/skills/model/SKILL.md": skill("user-invocable: false"),
      "p/skills/x/SKILL.md": skill("name: Skill Creator"),
    },
    { plugins: [{ root: join(home.path, "p") }] },
  );
  const shelf = openShelf(catalog, {});
  const cases: readonly (readonly [string, unknown])[] = [
    ["/a", ["a()"]],
    ["  /a src/x.ts  now ", ["a(src/x.ts  now)"]],
    ["/a /b fix it", ["a(fix it)", "b(fix it)"]],
    ["/a\n/b\nfix", ["a(fix)", "b(fix)"]],
    ["/a /b /c /d /e /f /g x", ["a(/g x)", "b(/g x)", "c(/g x)", "d(/g x)", "e(/g x)", "f(/g x)"]],
    ["/a /apart x", ["a(/apart x)"]],
    ["/apart /a x", ["apart(/a x)"]],
    ["/a /nothing x", ["a(/nothing x)"]],
    ["/p:Skill Creator x", ["p:Skill Creator(x)"]],
    ["say /a", "prompt"],
    ["/usr/bin/env is missing", "prompt"],
    ["/", "prompt"],
    ["/nothing x", "unknown"],
    ["/model", "refused"],
  ];
  for (const [prompt, wanted] of cases) assert.deepEqual(said(callsIn(prompt, shelf)), wanted, prompt);
  const unknown = callsIn("/creator x", shelf);
  assert.deepEqual(unknown.is === "unknown" && unknown.near, ["p:Skill Creator"]);
});
