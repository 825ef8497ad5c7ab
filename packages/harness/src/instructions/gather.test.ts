import assert from "node:assert/strict";
import { mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findLayers, matchPaths, nestedLayers, readBody, readCatalog, type LayerPlaces } from "@keelson/loader";
import type { Event } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { describe, test } from "vitest";
import { gatherInstructions, instructionsFor, noteTold, toldEvent } from "./gather.ts";
import type { Before, Told, TellPorts } from "./tell.ts";

type Files = Readonly<Record<string, string>>;
type Scene = {
  readonly home: string;
  readonly cwd: string;
  gather(): Promise<Told>;
  touch(file: string, before?: Before): Promise<Told>;
};

/** A repository at `~/repo`, which the session works in unless said otherwise. Files stand relative to the home; `-> x` makes a link. */
async function scene(
  path: string,
  files: Files,
  more: Partial<TellPorts & LayerPlaces> & { readonly excludes?: readonly string[] } = {},
): Promise<Scene> {
  const home = await realpath(path);
  await mkdir(join(home, "repo/.git"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = join(home, name);
    await mkdir(dirname(file), { recursive: true });
    if (content.startsWith("-> ")) await symlink(content.slice(3), file);
    else await writeFile(file, content);
  }
  const cwd = join(home, more.cwd ?? "repo");
  const excluded = await matchPaths(more.excludes ?? [], "/");
  const ports: TellPorts = {
    cwd,
    home,
    read: (file, within) => readBody({ file }, within),
    realpath: (path) => realpath(path).catch(() => undefined),
    approved: more.approved ?? (() => false),
    excluded,
  };
  const places = {
    cwd,
    home,
    ...(more.plugins && { plugins: more.plugins.map((one) => ({ ...one, root: join(home, one.root) })) }),
    ...(more.managed && { managed: more.managed.map((one) => join(home, one)) }),
  };
  const catalog = await readCatalog(findLayers(places));
  return {
    home,
    cwd,
    gather: () => gatherInstructions(catalog, ports),
    async touch(file, before = new Map()) {
      const nested = await readCatalog(nestedLayers(cwd, join(cwd, file)));
      return instructionsFor(join(cwd, file), { catalog, nested }, { ...ports, matchPaths }, before);
    },
  };
}
const filesOf = ({ loaded }: Told, home: string): string[] => loaded.map(({ file }) => file.slice(home.length + 1));
const wordsOf = ({ words }: Told): string => words.map(({ text }) => text).join("\n\n");

describe("in the order of nearness", () => {
  test("the administrator's, the user's, then the project's from the farthest folder to the nearest; its own files, its rules, what isn't shared", async () => {
    await using home = await temporaryHome();
    const s = await scene(
      home.path,
      {
        "etc/CLAUDE.md": "managed",
        ".claude/CLAUDE.md": "user",
        ".claude/rules/style.md": "user rule",
        ".keel/KEEL.md": "user keel",
        "CLAUDE.md": "above the repository",
        "repo/CLAUDE.md": "root",
        "repo/CLAUDE.local.md": "root local",
        "repo/.claude/CLAUDE.md": "root folder",
        "repo/.claude/rules/a.md": "root rule",
        "repo/AGENTS.md": "root agents",
        "repo/app/CLAUDE.md": "app",
        "repo/app/KEEL.md": "app keel",
        "repo/app/CLAUDE.local.md": "app local",
        "repo/app/.claude/rules/b.md": "app rule",
      },
      { cwd: "repo/app", managed: ["etc"] },
    );
    const told = await s.gather();
    const own = filesOf(told, s.home);
    assert.deepEqual(own, [
      "etc/CLAUDE.md",
      ".claude/CLAUDE.md",
      ".keel/KEEL.md",
      ".claude/rules/style.md",
      "CLAUDE.md",
      "repo/CLAUDE.md",
      "repo/AGENTS.md",
      "repo/.claude/CLAUDE.md",
      "repo/.claude/rules/a.md",
      "repo/CLAUDE.local.md",
      "repo/app/CLAUDE.md",
      "repo/app/KEEL.md",
      "repo/app/.claude/rules/b.md",
      "repo/app/CLAUDE.local.md",
    ]);
    assert.deepEqual(
      told.words.map(({ from }) => from),
      ["harness", "user", "repo"],
    );
    assert.deepEqual(told.problems, []);
    assert.match(wordsOf(told), /^Guidance for this work[^]*Contents of \S+etc\/CLAUDE\.md \(the administrator's\):\n\nmanaged\n\n/);
  });

  test("nothing where there is nothing", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, { "repo/CLAUDE.md": "  \n<!-- only a comment -->\n" });
    assert.deepEqual(await s.gather(), { words: [], loaded: [], problems: [] });
  });

  test("what the settings leave out is left out, the administrator's excepted", async () => {
    await using home = await temporaryHome();
    const s = await scene(
      home.path,
      { "etc/CLAUDE.md": "managed", "repo/CLAUDE.md": "a", "repo/AGENTS.md": "b" },
      { managed: ["etc"], excludes: ["**/CLAUDE.md"] },
    );
    assert.deepEqual(filesOf(await s.gather(), s.home), ["etc/CLAUDE.md", "repo/AGENTS.md"]);
  });
});

describe("once", () => {
  test("a text is told once, though it has two names, a copy and a link, and is imported", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, {
      "repo/CLAUDE.md": "@AGENTS.md",
      "repo/AGENTS.md": "The guide.",
      "repo/GEMINI.md": "-> AGENTS.md",
      "repo/KEEL.md": "The guide.\n",
    });
    const told = await s.gather();
    assert.deepEqual(filesOf(told, s.home), ["repo/CLAUDE.md", "repo/AGENTS.md"]);
    assert.deepEqual(
      told.loaded.map(({ reason, parent }) => [reason, parent]),
      [
        ["session_start", undefined],
        ["include", join(s.cwd, "CLAUDE.md")],
      ],
    );
    assert.equal(wordsOf(told).split("The guide.").length, 2);
  });

  test("files that import one another end", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, { "repo/CLAUDE.md": "a @b.md", "repo/b.md": "b @CLAUDE.md @b.md" });
    assert.deepEqual(filesOf(await s.gather(), s.home), ["repo/CLAUDE.md", "repo/b.md"]);
  });
});

describe("imports", () => {
  test("are relative to the importing file, and end after four", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, {
      "repo/CLAUDE.md": "0 @docs/1.md",
      "repo/docs/1.md": "1 @deep/2.md",
      "repo/docs/deep/2.md": "2 @../3.md",
      "repo/docs/3.md": "3 @4.md",
      "repo/docs/4.md": "4 @5.md",
      "repo/docs/5.md": "5",
    });
    const told = await s.gather();
    assert.deepEqual(filesOf(told, s.home), [
      "repo/CLAUDE.md",
      "repo/docs/1.md",
      "repo/docs/deep/2.md",
      "repo/docs/3.md",
      "repo/docs/4.md",
    ]);
    assert.deepEqual(
      told.problems.map(({ code, file }) => [code, file]),
      [["import_deep", join(s.cwd, "docs/4.md")]],
    );
  });

  test("aren't in code; packages and people are no files; a file that is missing is said", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, {
      "repo/CLAUDE.md": "Use @scope/package, ask @someone, `@a.md`:\n```\n@a.md\n```\nand @gone.md.",
      "repo/a.md": "a",
    });
    const told = await s.gather();
    assert.deepEqual(filesOf(told, s.home), ["repo/CLAUDE.md"]);
    assert.deepEqual(
      told.problems.map(({ code, text }) => [code, text.includes("@gone.md")]),
      [["import_missing", true]],
    );
  });

  test("outside of the working folder aren't read before the user approved them, whatever the way there", async () => {
    const files = {
      "repo/CLAUDE.md": "a @../secret.md @link.md",
      "repo/link.md": "-> ../other.md",
      "secret.md": "secret",
      "other.md": "other",
    };
    await using home = await temporaryHome();
    const s = await scene(home.path, files);
    const told = await s.gather();
    assert.deepEqual(filesOf(told, s.home), ["repo/CLAUDE.md"]);
    assert.deepEqual(
      told.problems.map(({ code }) => code),
      ["import_outside", "import_outside"],
    );
    assert.match(told.problems[0]?.text ?? "", /\/secret\.md, which stands outside .* Copy what is needed/);
    await using other = await temporaryHome();
    const approved = await scene(other.path, files, { approved: (file) => file.endsWith("/secret.md") });
    const more = await approved.gather();
    assert.deepEqual(filesOf(more, approved.home), ["repo/CLAUDE.md", "secret.md"]);
    assert.equal(more.problems.length, 1);
  });

  test("of the user's own texts may stand anywhere; those of the repository's root anywhere in the repository", async () => {
    await using home = await temporaryHome();
    const s = await scene(
      home.path,
      { ".claude/CLAUDE.md": "@~/notes.md", "notes.md": "notes", "repo/CLAUDE.md": "@docs/a.md", "repo/docs/a.md": "a" },
      { cwd: "repo/app" },
    );
    assert.deepEqual(filesOf(await s.gather(), s.home), [".claude/CLAUDE.md", "notes.md", "repo/CLAUDE.md", "repo/docs/a.md"]);
  });
});

describe("bounds", () => {
  test("a file over 4 MiB isn't read, and it is said", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, { "repo/CLAUDE.md": "x".repeat(4 * 1024 * 1024 + 1), "repo/AGENTS.md": "small" });
    const told = await s.gather();
    assert.deepEqual(filesOf(told, s.home), ["repo/AGENTS.md"]);
    assert.deepEqual(
      told.problems.map(({ code, file }) => [code, file]),
      [["instructions_unread", join(s.cwd, "CLAUDE.md")]],
    );
  });

  test("letters that nobody sees don't reach the model, and it is said", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, { "repo/CLAUDE.md": "Be kind.\u{E0041}\u202E\n" });
    const told = await s.gather();
    assert.match(wordsOf(told), /Be kind\.$/);
    assert.deepEqual(
      told.problems.map(({ code }) => code),
      ["unseen_characters"],
    );
  });
});

describe("a file that is touched", () => {
  const FILES = {
    "repo/CLAUDE.md": "root",
    "repo/.claude/rules/ts.md": "---\npaths:\n  - 'src/**/*.{ts,tsx}'\n---\nUse types.\n",
    ".claude/rules/sql.md": "---\npaths: '*.sql'\n---\nUse capitals.\n",
    "repo/src/CLAUDE.md": "of src",
    "repo/src/deep/AGENTS.md": "of deep",
    "repo/src/deep/.claude/rules/near.md": "near rule",
  };

  test("brings what stands between the session's folder and its own, and rules whose paths fit", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, FILES);
    assert.deepEqual(filesOf(await s.gather(), s.home), ["repo/CLAUDE.md"]);
    const told = await s.touch("src/deep/a.ts");
    assert.deepEqual(
      told.loaded.map(({ file, reason, trigger }) => [file.slice(s.cwd.length + 1), reason, trigger]),
      [
        ["src/CLAUDE.md", "nested_traversal", join(s.cwd, "src/deep/a.ts")],
        ["src/deep/AGENTS.md", "nested_traversal", join(s.cwd, "src/deep/a.ts")],
        ["src/deep/.claude/rules/near.md", "nested_traversal", join(s.cwd, "src/deep/a.ts")],
        [".claude/rules/ts.md", "path_glob_match", join(s.cwd, "src/deep/a.ts")],
      ],
    );
    assert.deepEqual(told.loaded.at(-1)?.globs, ["src/**/*.{ts,tsx}"]);
    assert.match(wordsOf(told), /Use types\.$/);
    assert.deepEqual(filesOf(await s.touch("lib/a.ts"), s.home), []);
    assert.deepEqual(filesOf(await s.touch("lib/x.sql"), s.home), [".claude/rules/sql.md"]);
  });

  test("brings them once, until a summary has taken them away", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, FILES);
    const first = await s.gather();
    const told = await s.touch("src/a.ts", noteTold(new Map(), toldEvent(first.loaded)));
    const before = [toldEvent(first.loaded), toldEvent(told.loaded)].reduce(noteTold, new Map());
    assert.deepEqual(filesOf(await s.touch("src/b.ts", before), s.home), []);
    assert.deepEqual(filesOf(await s.touch("src/deep/b.ts", before), s.home), [
      "repo/src/deep/AGENTS.md",
      "repo/src/deep/.claude/rules/near.md",
    ]);
    const summary: Event = { type: "context.edited", tier: "autocompact", edits: [{ op: "fold", from: 0, to: 2, summary: "s" }] };
    assert.equal((await s.touch("src/b.ts", noteTold(before, summary))).loaded.length, told.loaded.length);
  });

  test("above the session's folder brings nothing that wasn't there before", async () => {
    await using home = await temporaryHome();
    const s = await scene(home.path, FILES, { cwd: "repo/src" });
    assert.deepEqual(filesOf(await s.touch("../lib/a.ts"), s.home), []);
  });
});
