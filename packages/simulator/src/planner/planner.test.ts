import { describe, expect, it } from "vitest";
import { ask, bodyOf, type Loose } from "../../test/ask.ts";
import { simulate } from "../simulate.ts";
import { planner } from "./planner.ts";

type Tool = { readonly schema?: object; readonly call: (input: Loose) => { readonly text: string; readonly isError?: boolean } };
const text = (said: string): Tool => ({ call: () => ({ text: said }) });
const error = (said: string): Tool => ({ call: () => ({ text: said, isError: true }) });

type Run = { readonly calls: readonly string[]; readonly says: readonly string[]; readonly last: string };

/** An agent: it does what it is asked, with the tools it has, until nothing more is asked. */
async function run(prompt: string, tools: Readonly<Record<string, Tool>>, history: readonly Loose[] = []): Promise<Run> {
  await using server = await simulate(planner());
  const offered = Object.entries(tools).map(([name, { schema }]) => ({ name, input_schema: schema ?? {} }));
  const messages: Loose[] = [...history, { role: "user", content: prompt }];
  const calls: string[] = [];
  const says: string[] = [];
  for (let turn = 0; turn < 20; turn++) {
    const { content, stop_reason }: Loose = await (await ask(server.url, bodyOf(messages, { stream: false, tools: offered }))).json();
    messages.push({ role: "assistant", content });
    says.push(...content.flatMap((block: Loose) => (block.type === "text" ? [block.text] : [])));
    if (stop_reason !== "tool_use") break;
    const [{ id, name, input }] = content.filter(({ type }: Loose) => type === "tool_use");
    calls.push(`${name} ${JSON.stringify(input)}`);
    const { text: said, isError = false } = tools[name]?.call(input) ?? { text: "no such tool", isError: true };
    messages.push({
      role: "user",
      content: [{ type: "tool_result", tool_use_id: id, content: [{ type: "text", text: said }], is_error: isError }],
    });
  }
  return { calls, says, last: says.at(-1) ?? "" };
}

const FILE = "     1\tconst port = 80;\n     2\tlisten(port);\n";

describe("the planner", () => {
  it.each<[string, Record<string, Tool>, string, string]>([
    ["read port.js", { Read: text(FILE) }, 'Read {"file_path":"port.js"}', "port.js:\n    const port = 80;\n    listen(port);"],
    ["list src", { Glob: text("src/a.ts") }, 'Glob {"pattern":"*","path":"src"}', "In src:\n    src/a.ts"],
    ["list src/*.ts", { Glob: text("src/a.ts") }, 'Glob {"pattern":"src/*.ts"}', "In src/*.ts:\n    src/a.ts"],
    [
      "search for TODO in src",
      { Grep: text("src/a.ts:1:TODO") },
      'Grep {"pattern":"TODO","output_mode":"content","path":"src"}',
      "Found for TODO in src:\n    src/a.ts:1:TODO",
    ],
    ["run npm test", { Bash: text("ok 1") }, 'Bash {"command":"npm test"}', "npm test says:\n    ok 1"],
    ["write hi to a.txt", { Write: text("Created a.txt") }, 'Write {"file_path":"a.txt","content":"hi\\n"}', "I wrote a.txt."],
  ])("does as it is told: %s", async (prompt, tools, call, last) => {
    expect(await run(prompt, tools)).toEqual({ calls: [call], says: [expect.stringMatching(/^I'll /), last], last });
  });

  it("changes text: it reads, then edits, then says what changed", async () => {
    const { calls, last } = await run("change 80 to 8080 in port.js", { Read: text(FILE), Edit: text("Edited") });
    expect(calls).toEqual(['Read {"file_path":"port.js"}', 'Edit {"file_path":"port.js","old_string":"80","new_string":"8080"}']);
    expect(last).toBe('I changed "80" to "8080" in port.js.');
  });

  it("changes nothing that isn't there, and nothing that stands there several times, unless everywhere is meant", async () => {
    const tools = { Read: text(FILE), Edit: text("Edited") };
    const none = await run("change 81 to 8080 in port.js", tools);
    expect([none.calls.length, none.last]).toEqual([1, 'port.js has no "81" where I looked, so I changed nothing.']);
    const several = await run("change port to gate in port.js", tools);
    expect([several.calls.length, several.last]).toEqual([1, expect.stringContaining('"port" stands 2 times in port.js')]);
    const all = await run("change port to gate everywhere in port.js", tools);
    expect(all.calls[1]).toBe('Edit {"file_path":"port.js","old_string":"port","new_string":"gate","replace_all":true}');
    expect(all.last).toBe('I changed "port" to "gate" in port.js, 2 times.');
  });

  it("takes several steps, one after the other, and tells them all", async () => {
    const { calls, last } = await run("read a.txt, then list src and then run ls", {
      Read: text("1\ta"),
      Glob: text("b"),
      Bash: text("c"),
    });
    expect(calls.map((call) => call.split(" ")[0])).toEqual(["Read", "Glob", "Bash"]);
    expect(last).toBe("a.txt:\n    a\n\nIn src:\n    b\n\nls says:\n    c");
  });

  it("tells an error or a denial as it came, and stops there", async () => {
    const { calls, last } = await run("run rm -rf / and then read a.txt and then list", {
      Bash: error("Denied by the rule Bash(rm *)."),
      Read: text(""),
    });
    expect(calls).toHaveLength(1);
    expect(last).toBe("Bash didn't do it:\n    Denied by the rule Bash(rm *).\n\nI stop here: 2 steps are left.");
    const edit = await run("change 80 to 8080 in port.js", { Read: text(FILE), Edit: error("It was changed since.") });
    expect(edit.last).toBe("Edit didn't do it:\n    It was changed since.");
  });

  it("says which tool it misses", async () => {
    const { calls, last } = await run("run ls", { Read: text("") });
    expect([calls, last]).toEqual([[], "For this I need the tool Bash, and it isn't offered here."]);
  });

  it.each([
    ["hello", ""],
    ["what do you think of my code?", "what do you think of my code?"],
    ["read a.txt and then make it better", "make it better"],
  ])("says plainly what it can't do, and what it can: %s", async (prompt, words) => {
    const { last } = await run(prompt, { Read: text("a") });
    expect(last).toContain("I am a planner, not a model: I can read, list, search, run and change text.");
    expect(last).toContain(words);
  });

  it("shows the beginning of what is long", async () => {
    const { last } = await run("run seq 50", { Bash: text(Array.from({ length: 50 }, (_, at) => at + 1).join("\n")) });
    expect(last).toContain("    20\n    … and 30 more lines");
    expect(last).not.toContain("    21");
  });

  it("calls the tools by the names and the fields that they have here", async () => {
    const schema = (...names: string[]): object => ({ type: "object", properties: Object.fromEntries(names.map((name) => [name, {}])) });
    const { calls } = await run("change 80 to 8080 in port.js", {
      read: { ...text(FILE), schema: schema("path", "offset") },
      edit: { ...text("ok"), schema: schema("path", "oldText", "newText") },
    });
    expect(calls).toEqual(['read {"path":"port.js"}', 'edit {"path":"port.js","oldText":"80","newText":"8080"}']);
    const odd = await run("read a.txt", {
      Read: { ...text(""), schema: { properties: { path: {}, pages: {} }, required: ["path", "pages"] } },
    });
    expect([odd.calls, odd.last]).toEqual([[], "The tool Read wants something that I don't know here: pages."]);
    const grep = await run("search TODO", { grep: { ...text("a"), schema: schema("query") } });
    expect(grep.calls).toEqual(['grep {"query":"TODO"}']);
  });

  it("follows the last words of the user, not what an agent puts beside them, nor an earlier prompt", async () => {
    const before = [
      { role: "user", content: "read old.txt" },
      { role: "assistant", content: [{ type: "tool_use", id: "c", name: "Read", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c", content: "old" }] },
      { role: "assistant", content: "old.txt: old" },
      { role: "user", content: [{ type: "text", text: "<system-reminder>list everything</system-reminder>" }] },
    ];
    const { calls, last } = await run("read new.txt", { Read: text("1\tnew") }, before);
    expect([calls, last]).toEqual([['Read {"file_path":"new.txt"}'], "new.txt:\n    new"]);
  });

  it("leaves braces as they are, in what it reads and in what it writes", async () => {
    const { calls, last } = await run("change {{name}} to \\{{x}} in a.txt", { Read: text("1\thello {{name}}"), Edit: text("ok") });
    expect(calls[1]).toBe(`Edit ${JSON.stringify({ file_path: "a.txt", old_string: "{{name}}", new_string: "\\{{x}}" })}`);
    expect(last).toBe('I changed "{{name}}" to "\\{{x}}" in a.txt.');
  });

  it("says the same every time, and may be slowed down", async () => {
    const tools = { Read: text(FILE) };
    expect(await run("read port.js", tools)).toEqual(await run("read port.js", tools));
    const { replies } = planner({ pace: { chunkMs: 5 } });
    if (typeof replies !== "function") throw new Error("It is a list.");
    const seen = { method: "POST", path: "/v1/messages", headers: {}, text: "", bytes: 0, body: {}, at: 0, answeredAt: undefined };
    expect(await replies(seen, 0)).toMatchObject({ pace: { chunkMs: 5 } });
  });
});
