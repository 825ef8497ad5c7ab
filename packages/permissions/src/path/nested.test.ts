import { mkdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { findNested, rememberNested } from "./nested.ts";

const BARE = ["HEAD", "objects", "refs", "hooks", "config.worktree"];

async function put(root: string, ...files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), "");
  }
}
const below = (root: string, paths: readonly string[]): readonly string[] => paths.map((path) => path.slice(root.length + 1)).toSorted();
const deep = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => !BARE.includes(basename(path)) || path.includes("git/"));

it("keeps a folder from becoming a repository itself, unless it has one: then a commit's name stays no file's", async () => {
  await using home = await temporaryHome();
  expect(below(home.path, findNested(home.path))).toEqual(BARE.toSorted());
  await mkdir(join(home.path, ".git"));
  expect(below(home.path, findNested(home.path))).not.toEqual(expect.arrayContaining(["HEAD"]));
});

it("finds what runs code later where no root begins: settings, editors, workflows", async () => {
  await using home = await temporaryHome();
  await put(
    home.path,
    ...["pkg/.claude/settings.json", "a/b/c/.npmrc", "a/.config/git/config", "a/.config/x", "a/.github/workflows/ci.yml", "a/.github/x"],
    ...["a/.pnp.cjs", "pkg/src/index.ts", "a/b/c/d/.npmrc", "node_modules/x/.npmrc", "pkg/.vscode/deep/.idea/x"],
  );
  expect(below(home.path, deep(findNested(home.path)))).toEqual([
    "a/.config/git",
    "a/.github/workflows",
    "a/.pnp.cjs",
    "a/b/c/.npmrc",
    "pkg/.claude",
    "pkg/.vscode",
  ]);
});

it("holds of a repository within what runs, or chooses what runs, and lets it be committed to", async () => {
  await using home = await temporaryHome();
  await put(home.path, "pkg/.git/HEAD", "tree/.git", "linked/.git/commondir", "bare.git/HEAD", "bare.git/objects/x", "bare.git/refs/x");
  const runs = ["commondir", "config", "config.worktree", "hooks", "info", "modules"];
  expect(below(home.path, deep(findNested(home.path)))).toEqual([
    ...runs.map((name) => `bare.git/${name}`),
    ...runs.map((name) => `linked/.git/${name}`),
    ...runs.map((name) => `pkg/.git/${name}`),
    "tree/.git",
  ]);
});

it("follows no link, and takes what it may not look at for empty", async () => {
  await using home = await temporaryHome();
  await put(home.path, "real/.claude/x");
  await symlink("..", join(home.path, "real/up"));
  await symlink("real/.claude", join(home.path, ".cursor"));
  expect(below(home.path, deep(findNested(home.path)))).toEqual([".cursor", "real/.claude"]);
  expect(deep(findNested(join(home.path, "missing")))).toEqual([]);
});

it("is bounded: in wide trees what stands higher comes first", async () => {
  await using home = await temporaryHome();
  await mkdir(join(home.path, "wide/a"), { recursive: true });
  for (let count = 0; count < 260; count += 1) await put(home.path, `wide/a/${count}/.npmrc`);
  await put(home.path, "z/.npmrc");
  const found = findNested(home.path);
  expect(found).toHaveLength(200);
  expect(deep(found)[0]).toBe(join(home.path, "z/.npmrc"));
});

it("looks at a folder again when it has changed, or may have", async () => {
  await using home = await temporaryHome();
  await put(home.path, "pkg/a");
  const pkg = join(home.path, "pkg");
  const settle = () => utimes(pkg, 1_000, 1_000); // as a change a while ago
  await settle();
  const find = rememberNested(() => 10_000_000);
  expect(deep(find(home.path))).toEqual([]);
  await put(home.path, "pkg/.envrc");
  expect(deep(find(home.path))).toEqual([join(pkg, ".envrc")]);
  await settle();
  await rm(join(pkg, ".envrc"));
  await settle(); // the clock didn't move: what was seen then still counts
  expect(deep(find(home.path))).toEqual([]);
  await put(home.path, "pkg/.envrc");
  await settle();
  expect(deep(find(home.path))).toEqual([]);

  const early = rememberNested(() => 1_000_500);
  expect(deep(early(home.path))).toEqual([join(pkg, ".envrc")]);
  await rm(join(pkg, ".envrc"));
  await settle();
  expect(deep(early(home.path))).toEqual([]);
});
