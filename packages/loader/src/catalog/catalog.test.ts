import assert from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { readBody } from "../body.ts";
import { createCatalogCache, readCatalog, type Catalog } from "./catalog.ts";
import { findLayers, nestedLayers, type LayerPlaces } from "./layers.ts";
import { LAYER_KINDS, RANK } from "./rank.ts";

async function place(root: string, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `---\ndescription: ${path}\n---\nBody of ${path}.\n`);
  }
}
const owner = (catalog: Catalog, kind: "skills" | "commands" | "agents" | "outputStyles", id: string): string | undefined =>
  catalog.named[kind].get(id)?.layer.kind;

test("every kind says where each layer stands", () => {
  for (const [kind, { order }] of Object.entries(RANK)) assert.deepEqual([...order].toSorted(), [...LAYER_KINDS].toSorted(), kind);
});

test("a .claude skill of the user beats the project's; elsewhere the project wins, and what lost is listed", async () => {
  await using home = await temporaryHome();
  const cwd = join(home.path, "work");
  await place(
    home.path,
    ".claude/skills/a/SKILL.md",
    ".keel/skills/b/SKILL.md",
    ".agents/skills/c/SKILL.md",
    ".claude/agents/d.md",
    ".keel/agents/e.md",
  );
  await place(
    cwd,
    ".claude/skills/a/SKILL.md",
    ".keel/skills/b/SKILL.md",
    ".agents/skills/c/SKILL.md",
    ".claude/agents/d.md",
    ".claude/agents/e.md",
    ".keel/skills/a/SKILL.md",
  );
  const catalog = await readCatalog(findLayers({ cwd, home: home.path }));
  assert.deepEqual(
    ["a", "b", "c"].map((id) => owner(catalog, "skills", id)),
    ["keel_project", "keel_project", "agents_project"],
  );
  assert.deepEqual(
    ["d", "e"].map((id) => owner(catalog, "agents", id)),
    ["claude_project", "claude_project"],
  );
  assert.deepEqual(
    catalog.shadowed.map(({ kind, id, file }) => `${kind} ${id} ${file.slice(home.path.length + 1)}`),
    [
      "skills a .claude/skills/a/SKILL.md",
      "skills a work/.claude/skills/a/SKILL.md",
      "skills b .keel/skills/b/SKILL.md",
      "skills c .agents/skills/c/SKILL.md",
      "agents e .keel/agents/e.md",
      "agents d .claude/agents/d.md",
    ],
  );
  await rm(join(cwd, ".keel/skills/a"), { recursive: true });
  assert.equal(owner(await readCatalog(findLayers({ cwd, home: home.path })), "skills", "a"), "claude_user");
});

test("the nearest folder of the project wins, up to the root of its repository and not above", async () => {
  await using home = await temporaryHome();
  const repo = join(home.path, "code/repo");
  const cwd = join(repo, "packages/x");
  await mkdir(join(repo, ".git"), { recursive: true });
  await place(home.path, "code/.claude/skills/above/SKILL.md", "code/CLAUDE.md");
  await place(repo, ".claude/skills/s/SKILL.md", ".claude/skills/t/SKILL.md", "CLAUDE.md", "AGENTS.md");
  await place(cwd, ".claude/skills/s/SKILL.md", "CLAUDE.md", "CLAUDE.local.md", "sub/.claude/skills/n/SKILL.md");
  const catalog = await readCatalog(findLayers({ cwd, home: home.path }));
  assert.deepEqual(
    [...catalog.named.skills].map(([id, { layer }]) => `${id} ${layer.root.slice(repo.length + 1)}`),
    ["s packages/x/.claude", "t .claude"],
  );
  const texts = catalog.joined.instructions.filter(({ part }) => part.file.startsWith(home.path));
  assert.deepEqual(
    texts.map(({ part }) => part.file.slice(home.path.length + 6) + (part.local ? " local" : "")),
    ["CLAUDE.md", "repo/CLAUDE.md", "repo/AGENTS.md", "repo/packages/x/CLAUDE.md", "repo/packages/x/CLAUDE.local.md local"],
  );
  const nested = await readCatalog(nestedLayers(cwd, join(cwd, "sub/deep/file.ts")));
  assert.deepEqual([...nested.named.skills.keys()], ["n"]);
  assert.deepEqual(nestedLayers(cwd, join(repo, "other/file.ts")), []);
});

test("an installed plugin's parts have its name before theirs, and answer to the bare one where it is free", async () => {
  await using home = await temporaryHome();
  const [one, two, house] = ["one", "two", "house"].map((name) => join(home.path, "plugins", name));
  assert.ok(one && two && house);
  await place(home.path, ".keel/skills/mine/SKILL.md");
  await place(one, "skills/mine/SKILL.md", "skills/free/SKILL.md", "commands/go.md", "agents/deep/helper.md");
  await place(two, "skills/free/SKILL.md", "skills/go/SKILL.md");
  await place(house, "skills/inside/SKILL.md", "commands/inside.md");
  const places: LayerPlaces = {
    cwd: join(home.path, "work"),
    home: home.path,
    plugins: [{ root: one, name: "uno" }, { root: two }, { root: house, kind: "bundled" }],
  };
  const { named, aliases, shadowed } = await readCatalog(findLayers(places));
  assert.deepEqual([...named.skills.keys()], ["mine", "uno:free", "uno:mine", "two:free", "two:go", "inside"]);
  assert.deepEqual([[...named.commands.keys()], [...named.agents.keys()]], [["uno:go"], ["uno:deep:helper"]]);
  assert.deepEqual(
    [[...aliases.skills], [...aliases.commands], [...aliases.agents]],
    [
      [
        ["free", "uno:free"],
        ["go", "two:go"],
      ],
      [["go", "uno:go"]],
      [["helper", "uno:deep:helper"]],
    ],
  );
  assert.deepEqual(
    shadowed.map(({ kind, id }) => [kind, id]),
    [["commands", "inside"]],
  );
});

test("a skill whose head gives it another name is found by its folder's too", async () => {
  await using home = await temporaryHome();
  const root = join(home.path, "p");
  await mkdir(join(root, "skills/big-review"), { recursive: true });
  await writeFile(join(root, "skills/big-review/SKILL.md"), "---\nname: Big Review\ndescription: x\n---\n");
  const { named, aliases } = await readCatalog(findLayers({ cwd: home.path, home: join(home.path, "none"), plugins: [{ root }] }));
  assert.deepEqual([...named.skills.keys()], ["p:Big Review"]);
  assert.deepEqual([...aliases.skills.keys()], ["Big Review", "p:big-review", "big-review"]);
});

test("at home the project's folder is the user's, and one folder by two links is one", async () => {
  await using home = await temporaryHome();
  await place(home.path, ".claude/skills/a/SKILL.md", "work/.agents/skills/b/SKILL.md");
  await mkdir(join(home.path, "work/.git"));
  await mkdir(join(home.path, "work/.claude"));
  await symlink("../.agents/skills", join(home.path, "work/.claude/skills"));
  const own = await readCatalog(findLayers({ cwd: home.path, home: home.path }));
  assert.deepEqual([owner(own, "skills", "a"), own.shadowed], ["claude_user", []]);
  const linked = await readCatalog(findLayers({ cwd: join(home.path, "work"), home: home.path }));
  assert.deepEqual([owner(linked, "skills", "b"), linked.shadowed], ["claude_project", []]);
});

test("a file that didn't change is the same object again; one that did, or went, isn't", async () => {
  await using home = await temporaryHome();
  await place(home.path, ".keel/skills/a/SKILL.md", ".keel/skills/b/SKILL.md", ".keel/skills/c/SKILL.md");
  const layers = findLayers({ cwd: join(home.path, "work"), home: home.path });
  const cache = createCatalogCache();
  const first = await readCatalog(layers, cache);
  await writeFile(join(home.path, ".keel/skills/b/SKILL.md"), "---\ndescription: other\n---\n");
  await rm(join(home.path, ".keel/skills/c"), { recursive: true });
  const second = await readCatalog(layers, cache);
  const part = (catalog: Catalog, id: string) => catalog.named.skills.get(id)?.part;
  assert.equal(part(second, "a"), part(first, "a"));
  assert.equal(part(second, "b")?.description, "other");
  assert.equal(part(second, "c"), undefined);
  assert.deepEqual((await readCatalog(layers)).named, second.named, "what a fresh reading gives");
});

test("a body is read when it is asked for, without its head, and not through a link that leads out", async () => {
  await using home = await temporaryHome();
  await place(home.path, "p/skills/a/SKILL.md", "secret.md");
  const root = join(home.path, "p");
  const catalog = await readCatalog(findLayers({ cwd: home.path, home: join(home.path, "none"), plugins: [{ root }] }));
  const skill = catalog.named.skills.get("p:a");
  assert.ok(skill);
  assert.deepEqual(await readBody(skill.part, root), { ok: true, text: "Body of p/skills/a/SKILL.md.\n" });
  await rm(skill.part.file);
  await symlink(join(home.path, "secret.md"), skill.part.file);
  assert.equal((await readBody(skill.part, root)).ok, false);
});

test("servers of ~/.claude.json: the user's for this project, then the project's, then the user's for all", async () => {
  await using home = await temporaryHome();
  const cwd = join(home.path, "work");
  const server = (command: string): object => ({ command });
  const all = {
    history: ["secret"],
    mcpServers: { a: server("user"), b: server("user") },
    projects: { [cwd]: { mcpServers: { a: server("local") } }, "/other": { mcpServers: { c: server("x") } } },
  };
  await mkdir(cwd);
  await writeFile(join(home.path, ".claude.json"), JSON.stringify(all, undefined, 1));
  await writeFile(join(cwd, ".mcp.json"), JSON.stringify({ mcpServers: { a: server("project"), b: server("project") } }));
  const catalog = await readCatalog(findLayers({ cwd, home: home.path }));
  assert.deepEqual(
    [...catalog.named.mcpServers].map(([id, { part }]) => [id, part.config["command"], part.line]),
    [
      ["a", "local", 16],
      ["b", "project", 1],
    ],
  );
  assert.doesNotMatch(JSON.stringify(catalog.layers), /secret/);
});

test("each folder in plugins/ of ~/.keel and of a project's .keel is a plugin, once, and hidden ones and files aren't", async () => {
  await using home = await temporaryHome();
  const cwd = join(home.path, "work");
  await place(home.path, ".keel/plugins/shop/skills/sell/SKILL.md", ".keel/plugins/.old/skills/x/SKILL.md", ".keel/plugins/README.md");
  await place(cwd, ".keel/plugins/shop/skills/sell/SKILL.md", ".keel/plugins/desk/skills/sit/SKILL.md");
  const shop = join(home.path, ".keel/plugins/shop");
  const kinds = (layers: ReturnType<typeof findLayers>) =>
    layers.filter(({ root }) => root.includes("/plugins/")).map(({ kind, root }) => `${kind} ${root.slice(home.path.length + 1)}`);
  const layers = findLayers({ cwd, home: home.path });
  assert.deepEqual(kinds(layers), [
    "plugin .keel/plugins/shop",
    "project_plugin work/.keel/plugins/desk",
    "project_plugin work/.keel/plugins/shop",
  ]);
  const catalog = await readCatalog(layers);
  assert.equal(owner(catalog, "skills", "shop:sell"), "plugin", "a repository's doesn't take the place of the user's");
  assert.equal(owner(catalog, "skills", "desk:sit"), "project_plugin");
  assert.deepEqual(kinds(findLayers({ cwd: home.path, home: home.path, plugins: [{ root: shop, kind: "flag" }] })), [
    "flag .keel/plugins/shop",
  ]);
});
