import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scene } from "../test/keel.ts";

/** A session with a tool of the user's own, agreed to, that is called once. `run`: the text of its function. */
async function withTool(run: string) {
  const the = await scene([{ blocks: [{ tool: "Mine", input: {} }] }, { blocks: [{ text: "Done." }] }]);
  const tools = join(the.home, ".keel/tools");
  await mkdir(tools, { recursive: true });
  const text = `export default (kit) => kit.defineTool({ name: "Mine", description: "Mine.", readOnly: true, async run() { ${run} } });`;
  await writeFile(join(tools, "mine.js"), text);
  expect((await the.inside(["trust", "give", join(the.home, ".keel"), "--as", "code"])).code).toBe(0);
  return { ...the, tools };
}
const LINE = /^A tool of .*\.keel failed beside its call, and the session goes on: out of plums\n$/;
const pause = "await new Promise((done) => setTimeout(done, 20));";

test.each<[string, string]>([
  ["a promise that nobody waits for", `Promise.reject(new Error("out of plums")); ${pause} return "mine";`],
  ["a rejection without an error", `Promise.reject("out of plums"); ${pause} return "mine";`],
  ["an error in a timer", `setTimeout(() => { throw new Error("out of plums"); }, 1); ${pause} return "mine";`],
])("%s of a tool is told in one line, and the session goes on", async (what, run) => {
  await using the = await withTool(run);
  const ran = await the.keel(["-p", "go", "--model", "m", "--output-format", "json"]);
  expect(ran.stderr).toMatch(what.includes("without") ? /^A tool of a tool file failed beside its call.*: out of plums\n$/ : LINE);
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ result: "Done." });
});

test("what a tool prints isn't taken for the answer", async () => {
  await using the = await withTool(`console.log("plums"); return "mine";`);
  const ran = await the.keel(["-p", "go", "--model", "m", "--output-format", "json"]);
  expect(JSON.parse(ran.stdout)).toMatchObject({ result: "Done." });
  expect(ran.stderr).toBe("plums\n");
});

test("keel tools and keel plugin bill count tools of files that were agreed to", async () => {
  await using the = await withTool(`return "mine";`);
  expect((await the.inside(["tools"])).stdout).toMatch(/^Mine +\S+ +\d+ bytes {2}Mine\.$/m);
  await writeFile(join(the.tools, "mine.js"), "export default () => 3;");
  const changed = await the.inside(["tools"]);
  expect(changed.stdout).not.toContain("Mine");
  expect(changed.stderr).toMatch(/Its tools \(mine\.js\) don't run: it was changed since/);
});
