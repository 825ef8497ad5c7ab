import assert from "node:assert/strict";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import type { Reply, SessionScript } from "@keelson/simulator";
import { describe, test } from "vitest";
import { call, ended, run, world } from "../../test/world.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const bash = (command: string): Reply => ({ blocks: [call("Bash", { command })] });
const write = (file: string, content: string): Reply => ({ blocks: [call("Write", { file_path: file, content })] });
const start = (prompt: string) => call("Agent", { description: "a part", prompt });
const agent = (promptIncludes: string, ...replies: readonly Reply[]): SessionScript => ({ match: { promptIncludes }, replies });
const wait = (file: string): Reply => bash(`while [ ! -e ${file} ]; do sleep 0.02; done`);
const BYPASS = { permissionMode: "bypassPermissions" } as const;
const toldTo = (envelopes: readonly Envelope[]): string[] =>
  envelopes.flatMap(({ event, path }) =>
    path.length === 1 && event.type === "call.completed" && event.outcome === "denied" ? [JSON.stringify(event.result["content"])] : [],
  );

/** One agent has written `src/s.txt` and works on; another one tries `attempt` meanwhile. What that came to. */
async function beside(attempt: Reply): Promise<{ readonly denied: readonly string[]; readonly left: string }> {
  await using w = await world({
    replies: [bash("mkdir -p src"), { blocks: [start("job one"), start("job two")] }, say("ok")],
    sessions: [
      agent("job one", write("src/s.txt", "one\n"), wait("over"), say("1")),
      agent("job two", wait("src/s.txt"), attempt, bash("echo > over"), say("2")),
    ],
  });
  await symlink(join(w.cwd, "src", "s.txt"), join(w.cwd, "ln.txt"));
  await using session = await w.open(BYPASS);
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes.filter(({ path }) => path.length === 0)), "completed");
  return { denied: toldTo(envelopes), left: await readFile(join(w.cwd, "src", "s.txt"), "utf8").catch(() => "(gone)") };
}

describe("what another agent is changing is left to it, whichever way it would be changed", () => {
  test.each([
    "echo 2 > src/s.txt",
    "(cd src && echo 2 >> ./s.txt)",
    "sed -i s/one/two/ src/s.txt",
    "sed -i s/one/two/ src/*.txt",
    "rm src/s.txt",
    "rm -r src",
    "mv src/s.txt away.txt",
    "echo 2 | tee ln.txt",
    "python3 -c \"open('src/s.txt', 'w')\"",
  ])("%s", async (command) => {
    const { denied, left } = await beside(bash(command));
    assert.match(denied.join(), /agent_\w+ is changing [^ ]*s\.txt/);
    assert.equal(left, "one\n");
  });

  test("a file behind a link", async () => {
    const { denied, left } = await beside(write("ln.txt", "two"));
    assert.match(denied.join(), /agent_\w+ is changing [^ ]*s\.txt/);
    assert.equal(left, "one\n");
  });
});

test.each(["cat src/s.txt", "mkdir -p src/deep", "echo 2 > src/other.txt", "cp over src/ || true", "rm -f none.txt", "node --version"])(
  "what doesn't touch it runs beside it: %s",
  async (command) => {
    const { denied, left } = await beside(bash(command));
    assert.deepEqual(denied, []);
    assert.equal(left, "one\n");
  },
);

test("what an agent's command changes is its own, as what its tools write", async () => {
  await using w = await world({
    replies: [{ blocks: [start("job one"), start("job two")] }, say("ok")],
    sessions: [
      agent("job one", bash("echo one > s.txt"), wait("over"), say("1")),
      agent("job two", wait("s.txt"), write("s.txt", "two"), bash("echo > over"), say("2")),
    ],
  });
  await using session = await w.open(BYPASS);
  assert.match(toldTo(await run(session, "go")).join(), /agent_\w+ is changing [^ ]*s\.txt/);
  assert.equal(await readFile(join(w.cwd, "s.txt"), "utf8"), "one\n");
});

test("what the session and an agent have changed is free for those whom they start", async () => {
  await using w = await world({
    replies: [write("a.txt", "mine\n"), { blocks: [start("job one")] }, say("ok")],
    sessions: [
      agent("job one", write("b.txt", "one\n"), { blocks: [start("job deep")] }, say("1")),
      agent(
        "job deep",
        { blocks: [call("Read", { file_path: "a.txt" }), call("Read", { file_path: "b.txt" })] },
        write("a.txt", "deep\n"),
        write("b.txt", "deep\n"),
        say("2"),
      ),
    ],
  });
  await using session = await w.open(BYPASS);
  const envelopes = await run(session, "go");
  assert.ok(!JSON.stringify(envelopes).includes("is changing"));
  for (const file of ["a.txt", "b.txt"]) assert.equal(await readFile(join(w.cwd, file), "utf8"), "deep\n");
});
