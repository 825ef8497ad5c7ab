import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import type { SeenRequest } from "@keelson/simulator";
import { test } from "vitest";
import { hook, keep, kept } from "../../test/hooks.ts";
import { call, messagesIn, outcomes, run, world, type World } from "../../test/world.ts";

const done = { blocks: [{ text: "ok" }] };
const enter = { blocks: [call("EnterWorktree", { name: "side" })] };
const leave = (more: object = {}) => ({ blocks: [call("ExitWorktree", { action: "remove", ...more })] });
const write = { blocks: [call("Write", { file_path: "new.txt", content: "made" })] };
const BYPASS = { permissionMode: "bypassPermissions" } as const;
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function commit({ cwd }: World): void {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=n", "-c", "user.email=e@example.org", ...args], { cwd, encoding: "utf8" });
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "first");
}

test("WorktreeCreate: a hook's last line is the folder that the session moves into; WorktreeRemove is told of it at the end", async () => {
  await using w = await world({ replies: [enter, write, leave(), leave({ discard_changes: true }), done] });
  const tree = join(w.home, "mine");
  await hook(w, {
    WorktreeCreate: `mkdir ${tree}; grep -o '"name":"side"' > ${tree}/name; echo making it; echo ${tree}; echo`,
    WorktreeRemove: `${keep(w)}; mv ${tree} ${tree}.gone`,
  });
  await using session = await w.open(BYPASS, { ask: async () => ({ behavior: "allow", scope: "once" }) }); // removing a folder is asked about
  assert.deepEqual(outcomes(await run(session, "go")), ["ok", "ok", "error", "ok"]);
  assert.equal(await readFile(`${tree}.gone/new.txt`, "utf8"), "made");
  assert.match(await readFile(`${tree}.gone/name`, "utf8"), /side/);
  assert.match(JSON.stringify(messagesIn(w.server, 3).at(-1)), /holds work that stands nowhere else/);
  assert.deepEqual(
    (await kept(w)).map(({ worktree_path: path }) => path),
    [tree],
  );
  assert.equal(session.cwd, w.cwd);
});

test("WorktreeCreate: any exit code but 0 fails the creation, as does a path that is none; git isn't asked instead", async () => {
  await using w = await world({ replies: [enter, enter, done] }, { "a.txt": "a\n" });
  commit(w);
  await hook(w, { WorktreeCreate: `if mkdir ${w.home}/once; then echo 'disk full' >&2; exit 1; fi; echo ${w.home}/nowhere` });
  await using session = await w.open(BYPASS);
  assert.deepEqual(outcomes(await run(session, "go")), ["error", "error"]);
  const told = JSON.stringify(messagesIn(w.server, 2));
  assert.match(told, /disk full/);
  assert.match(told, /nowhere, which is no folder/);
  assert.equal(execFileSync("git", ["worktree", "list"], { cwd: w.cwd, encoding: "utf8" }).trim().split("\n").length, 1);
});

test("WorktreeRemove: it is told before git's own tree of an agent goes, which did no work", async () => {
  await using w = await world(
    {
      replies: [{ blocks: [call("Agent", { description: "d", prompt: "look", isolation: "worktree" })] }, done],
      sessions: [{ match: { promptIncludes: "look" }, replies: [done] }],
    },
    { "a.txt": "a\n" },
  );
  commit(w);
  const file = join(w.home, "stood");
  await hook(w, {
    WorktreeRemove: `cat > ${file}.json; cat "$(grep -o '"worktree_path":"[^"]*' ${file}.json | cut -d'"' -f4)"/a.txt > ${file}`,
  });
  await using session = await w.open(BYPASS);
  await run(session, "go");
  assert.equal(await readFile(file, "utf8"), "a\n");
  const { worktree_path: path } = JSON.parse(await readFile(`${file}.json`, "utf8")) as { readonly worktree_path: string };
  assert.equal(await isThere(path), false);
});

const git = ({ cwd }: World, ...args: readonly string[]): string => execFileSync("git", args, { cwd, encoding: "utf8" }).trim();
const lastIn = ({ body }: SeenRequest): string => JSON.stringify(Array.isArray(body["messages"]) ? body["messages"].at(-1) : "");

/** An agent that looked, and is asked for a file later. */
const maker = (): Promise<World> =>
  world(
    {
      replies: (request) => {
        const said = lastIn(request);
        if (said.includes("begin"))
          return { blocks: [call("Agent", { description: "d", prompt: "look", isolation: "worktree", name: "maker" })] };
        return said.includes("more, please") ? { blocks: [call("SendMessage", { to: "maker", message: "now make it" })] } : done;
      },
      sessions: [{ match: { promptIncludes: "look" }, replies: (request) => (lastIn(request).includes("now make it") ? write : done) }],
    },
    { "a.txt": "a\n" },
  );
const placeIn = (envelopes: readonly Envelope[]): readonly string[] =>
  /Its work is in ([^,\]]+), on the branch (keel\/agent_\w+)/.exec(JSON.stringify(envelopes))?.slice(1) ?? [];

test.each(["in the same run of the program", "in the next one"])(
  "an agent whose tree was taken away, for nothing stood in it, gets it again before it goes on, %s",
  async (when) => {
    await using w = await maker();
    commit(w);
    const base = git(w, "rev-parse", "HEAD");
    let session = await w.open(BYPASS);
    assert.deepEqual(placeIn(await run(session, "begin")), []);
    assert.equal(git(w, "worktree", "list").split("\n").length, 1);
    git(w, "-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-q", "--allow-empty", "-m", "meanwhile");
    if (when !== "in the same run of the program") {
      await session[Symbol.asyncDispose]();
      session = await w.open({ ...BYPASS, resume: { id: session.id } });
    }
    await using _ = session;
    const [path = "", branch = ""] = placeIn(await run(session, "more, please"));
    assert.equal(await readFile(join(path, "new.txt"), "utf8"), "made");
    assert.equal(git(w, "rev-parse", branch), base);
    assert.match(git(w, "worktree", "list"), new RegExp(branch.replace("/", "\\/")));
    assert.equal(await isThere(join(w.cwd, "new.txt")), false);
    assert.deepEqual(placeIn(await run(session, "more, please")), [path, branch], "it stays, for work stands in it");
  },
);

test("an agent whose tree can't be made again doesn't go on elsewhere", async () => {
  await using w = await maker();
  commit(w);
  const first = await w.open(BYPASS);
  await run(first, "begin");
  await first[Symbol.asyncDispose]();
  await rm(join(w.cwd, ".git"), { recursive: true });
  await using session = await w.open({ ...BYPASS, resume: { id: first.id } });
  const told = JSON.stringify(await run(session, "more, please"));
  assert.match(told, /agent_\w+ can't go on\. Its working tree is gone/);
  assert.equal(await isThere(join(w.cwd, "new.txt")), false);
});
