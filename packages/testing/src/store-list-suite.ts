import assert from "node:assert/strict";
import { text, type Event, type SearchHit, type SessionStatus, type SessionStore } from "@keelson/protocol";
import { describe, test } from "vitest";
import { use } from "./script.ts";
import { CWD, ended, filled, idsOf, made, REF, said, sealed, SESSION, ticking, type OpenStore } from "./store-scene.ts";

/** Which sessions there are, and which of them speak of something. */
export function testList(name: string, open: OpenStore): void {
  describe(`${name} lists and finds sessions`, () => {
    testPages(open);
    testSummaries(open);
    testSearch(open);
  });
}

/** Six in two folders, of which two are as new as each other; f is newest. */
async function several(store: SessionStore): Promise<void> {
  for (const [session, cwd, at] of [
    ["c", "/projects/one", 5_000],
    ["a", "/projects/one", 3_000],
    ["b", "/projects/two", 4_000],
    ["f", "/projects/one", 7_000],
    ["d", "/projects/two", 6_000],
    ["e", "/projects/two", 6_000],
  ] as const)
    await filled(store, session, [said(`words of ${session}`)], { cwd, at });
}

function testPages(open: OpenStore): void {
  test("newest first, whatever was made first; of one folder when it is named; of no other tenant", async () => {
    await using opened = await open(ticking());
    const { store } = opened;
    await several(store);
    const list = async (cwd?: string) => idsOf(await store.list({ tenant: "local", ...(cwd !== undefined && { cwd }) }));
    assert.deepEqual(await list(), ["f", "e", "d", "c", "b", "a"]);
    assert.deepEqual(await list("/projects/one"), ["f", "c", "a"]);
    assert.deepEqual(await list("/projects/two"), ["e", "d", "b"]);
    assert.deepEqual(await list("/projects"), []);
    assert.deepEqual(await store.list({ tenant: "somebody else" }), []);
  });

  for (const limit of [1, 2, 3, 4, 5, 6, 9])
    test(`in pages of ${limit} nothing is missing and nothing comes twice`, async () => {
      await using opened = await open(ticking());
      await several(opened.store);
      for (const filter of [{}, { cwd: "/projects/two" }]) {
        const whole = await opened.store.list({ tenant: "local", ...filter });
        const pages = [await opened.store.list({ tenant: "local", ...filter, limit })];
        for (let last = pages[0]?.at(-1); last && (pages.at(-1)?.length ?? 0) > 0; last = pages.at(-1)?.at(-1)) {
          assert.ok((pages.at(-1)?.length ?? 0) <= limit);
          pages.push(await opened.store.list({ tenant: "local", ...filter, limit, after: last }));
        }
        assert.deepEqual(pages.flat(), whole);
      }
    });

  test("what is appended to moves to the front, at the next look", async () => {
    await using opened = await open(ticking());
    const { store } = opened;
    await several(store);
    assert.deepEqual(idsOf(await store.list({ tenant: "local", limit: 1 })), ["f"]);
    const ref = { tenant: "local", session: "a" };
    await using claim = await store.claim(ref, "me");
    await store.append(ref, claim.fence, 1, sealed([said("more")], { after: 1, at: 9_000 }));
    assert.deepEqual(idsOf(await store.list({ tenant: "local", limit: 2 })), ["a", "f"]);
    await store.append(ref, claim.fence, 2, sealed([said("and more")], { after: 2, at: 9_500 }));
    assert.equal((await store.list({ tenant: "local", limit: 1 }))[0]?.updated, 9_500);
  });

  test("children are found by their parent", async () => {
    await using opened = await open(ticking());
    const { store } = opened;
    const parent = await filled(store, "parent", [said("x")]);
    await store.create({ tenant: "local", session: "made" }, { cwd: CWD, parent: "parent" });
    await store.fork(parent, 1, { tenant: "local", session: "forked" }, { cwd: CWD });
    await store.fork(parent, 1, { tenant: "local", session: "adopted" }, { cwd: CWD, parent: "other" });
    const children = await store.list({ tenant: "local", parent: "parent" });
    assert.deepEqual(idsOf(children).toSorted(), ["forked", "made"]);
    assert.deepEqual(
      children.map((one) => one.parent),
      ["parent", "parent"],
    );
    assert.deepEqual(idsOf(await store.list({ tenant: "local", parent: "other" })), ["adopted"]);
    assert.deepEqual(await store.list({ tenant: "local", parent: "nobody" }), []);
  });

  test("an empty session is as new as its making", async () => {
    await using opened = await open(() => 4_444);
    await opened.store.create(REF, { cwd: CWD });
    const expected = { ref: REF, cwd: CWD, created: 4_444, updated: 4_444, title: "", status: "idle" };
    assert.deepEqual(await opened.store.list({ tenant: "local" }), [expected]);
    assert.deepEqual(await opened.store.get(REF), expected);
  });
}

const received = (kind: "prompt" | "steer", words: string): Event => ({
  type: "input.received",
  inputId: "i",
  kind,
  from: "user",
  content: [text(words)],
});
const renamed = (title: string): Event => ({ type: "session.changed", change: { title } });

const TITLES: Readonly<Record<string, readonly [string, readonly Event[]]>> = {
  "the first prompt": ["fix the test", [said("fix the test"), said("another")]],
  "the first prompt that was received": ["do it", [received("prompt", "do it"), said("do it")]],
  "what the user said, not a hook": ["yes", [{ type: "context.added", from: "hook", content: [text("mind this")] }, said("yes")]],
  "the first line that says something": ["fix", [said("\n\n  fix\nthe rest")]],
  "nothing where nothing was said": ["", [ended()]],
  "text behind a picture": [
    "what is it?",
    [{ type: "context.added", from: "user", content: [{ type: "image", source: {} }, text("what is it?")] }],
  ],
  "without control characters": ["fix [31m it", [said("fix\u001b[31m it\u0007")]],
  "eighty characters at most": ["✓".repeat(80), [said("✓".repeat(100))]],
  "of a prompt that is very long": ["x".repeat(80), [said("x".repeat(300_000))]],
  "the one that was given": ["a good name", [said("fix the test"), renamed("a good name"), said("more")]],
  "the one that was given last": ["better", [renamed("good"), said("fix"), renamed("better")]],
  "a given one on one line": ["one two", [said("x"), renamed("one\ntwo")]],
};

const printed = (words: string): Event => ({
  type: "call.completed",
  callId: "c",
  outcome: "ok",
  result: { type: "tool_result", tool_use_id: "c", content: [text(words)] },
  ms: 1,
});
const asked: Event = { type: "ask.opened", askId: "a", kind: "permission", body: {} };

const STATUSES: readonly (readonly [SessionStatus, string, readonly Event[]])[] = [
  ["idle", "nothing has happened", []],
  ["idle", "its run has ended", SESSION.map(({ event }) => event)],
  ["idle", "something was said of it behind its run", [said("x"), ended(), renamed("a name")]],
  ["interrupted", "its run has no end", SESSION.slice(0, 9).map(({ event }) => event)],
  ["interrupted", "an input waits to be taken up", [said("x"), ended(), received("steer", "and this")]],
  ["waiting", "its run was put off", [said("x"), { type: "ask.opened", askId: "a", kind: "permission", body: {} }, ended("tool_deferred")]],
  ["waiting", "its owner was gone while a question was open", [said("x"), asked]],
  ["waiting", "a call beside the open question came to its end", [said("x"), asked, printed("done")]],
  [
    "interrupted",
    "a question was answered and nothing came of it",
    [said("x"), asked, { type: "ask.answered", askId: "a", answer: {}, by: "u" }],
  ],
  [
    "interrupted",
    "what it waited for was answered",
    [said("x"), ended("tool_deferred"), { type: "ask.answered", askId: "a", answer: {}, by: "u" }],
  ],
];

function testSummaries(open: OpenStore): void {
  for (const [words, [title, events]] of Object.entries(TITLES))
    test(`a title is ${words}`, async () => {
      await using opened = await open(ticking());
      const ref = await filled(opened.store, "s", events);
      assert.equal((await opened.store.get(ref)).title, title);
      assert.equal((await opened.store.list({ tenant: "local" }))[0]?.title, title);
    });

  for (const [status, words, events] of STATUSES)
    test(`a session is ${status} when ${words}`, async () => {
      await using opened = await open(ticking());
      const { store } = opened;
      const ref = await filled(store, "s", events);
      await filled(store, "other", [said("x")]);
      assert.equal((await store.get(ref)).status, status);
      const list = await store.list({ tenant: "local", status });
      assert.ok(idsOf(list).includes("s"));
      for (const other of ["active", "waiting", "interrupted", "idle"] as const)
        if (other !== status) assert.ok(!idsOf(await store.list({ tenant: "local", status: other })).includes("s"));
    });

  test("a session is active while somebody holds it, and not after", async () => {
    await using opened = await made(open);
    const { store } = opened;
    const listed = async () => [idsOf(await store.list({ tenant: "local", status: "active" })), (await store.get(REF)).status] as const;
    {
      await using _ = await store.claim(REF, "me");
      assert.deepEqual(await listed(), [[REF.session], "active"]);
      assert.deepEqual(await store.list({ tenant: "local", status: "idle" }), []);
      assert.equal((await store.list({ tenant: "local" }))[0]?.status, "active");
    }
    assert.deepEqual(await listed(), [[], "idle"]);
  });

  test("what is told of one is what the list says of it", async () => {
    await using opened = await open(ticking());
    await several(opened.store);
    for (const one of await opened.store.list({ tenant: "local" })) assert.deepEqual(await opened.store.get(one.ref), one);
  });
}

const replied = (words: string): Event => ({ type: "block.completed", messageId: "m", index: 0, block: text(words) });

const FOUND: Readonly<Record<string, readonly [string, Event, SearchHit["kind"]]>> = {
  "a prompt": ["refactor", said("please refactor the parser"), "prompt"],
  "a prompt as it was received": ["refactor", received("prompt", "please refactor the parser"), "prompt"],
  "a reply": ["elephants", replied("I have seen elephants there."), "reply"],
  "a title": ["quarterly", renamed("the quarterly report"), "title"],
  "what a tool said": ["ENOENT", printed("Error: ENOENT, no such file"), "output"],
  "what a tool said as plain text": [
    "ENOENT",
    { type: "call.completed", callId: "c", outcome: "error", result: { type: "tool_result", tool_use_id: "c", content: "ENOENT!" }, ms: 1 },
    "output",
  ],
  "the beginning of a word": ["refac", said("please refactor the parser"), "prompt"],
  "words in any order and case": ["PARSER please", said("Please refactor the parser"), "prompt"],
  "words within other signs": ["parse_args", said("look at src/parse_args.ts:12"), "prompt"],
  "letters with and without their marks": ["uber naive", said("Über naïve Käufer"), "prompt"],
  "other alphabets": ["корабл", said("Где мой Корабль?"), "prompt"],
  "languages without spaces": ["船が", said("大きな船がある"), "prompt"],
  "words in a long text": ["needle", printed(`${"hay ".repeat(9_000)}needle ${"hay ".repeat(9_000)}`), "output"],
};

function testSearch(open: OpenStore): void {
  for (const [words, [wanted, event, kind]] of Object.entries(FOUND))
    test(`a search finds ${words}`, async () => {
      await using opened = await open(ticking());
      const { store } = opened;
      await filled(store, "other", [said("nothing of the kind"), printed("hay")]);
      await filled(store, "s", [said("hello"), event, { type: "turn.started", turn: 0, because: "prompt" }]);
      const hits = await store.search({ tenant: "local", text: wanted });
      assert.deepEqual(
        hits.map((hit) => [hit.session.ref.session, hit.seq, hit.kind]),
        [["s", 2, kind]],
      );
      assert.ok(hits[0] && hits[0].excerpt.length <= 160 && !/\p{Cc}/u.test(hits[0].excerpt));
    });

  for (const wanted of ["", "  ", "?!", "nowhere", "refactor nowhere", "efactor", '" OR "', "NEAR(a b)", "x*"])
    test(`a search for ${JSON.stringify(wanted)} finds nothing, and is no error`, async () => {
      await using opened = await open(ticking());
      await filled(
        opened.store,
        "s",
        [said("please refactor the parser"), use("c", "nowhere")].filter((one): one is Event => "from" in one),
      );
      assert.deepEqual(await opened.store.search({ tenant: "local", text: wanted }), []);
    });

  test("words that stand in different places of a session are no hit", async () => {
    await using opened = await open(ticking());
    await filled(opened.store, "s", [said("please refactor"), said("the parser")]);
    assert.deepEqual(await opened.store.search({ tenant: "local", text: "refactor parser" }), []);
  });

  test("the newest sessions come first, each with its latest place, as many as are wanted, of one folder when it is named", async () => {
    await using opened = await open(ticking());
    const { store } = opened;
    await several(store);
    const found = async (more: object) =>
      (await store.search({ tenant: "local", text: "words", ...more })).map(({ session }) => session.ref.session);
    assert.deepEqual(await found({}), ["f", "e", "d", "c", "b", "a"]);
    assert.deepEqual(await found({ limit: 2 }), ["f", "e"]);
    assert.deepEqual(await found({ cwd: "/projects/two" }), ["e", "d", "b"]);
    assert.deepEqual(await found({ cwd: "/projects/two", limit: 1 }), ["e"]);
    assert.deepEqual(await store.search({ tenant: "somebody else", text: "words" }), []);
    const ref = { tenant: "local", session: "a" };
    await using claim = await store.claim(ref, "me");
    await store.append(ref, claim.fence, 1, sealed([said("more words"), said("nothing")], { after: 1, at: 9_000 }));
    const [first] = await store.search({ tenant: "local", text: "words", limit: 1 });
    assert.deepEqual([first?.session.ref.session, first?.seq, first?.excerpt, first?.session.status], ["a", 2, "more words", "active"]);
  });
}
