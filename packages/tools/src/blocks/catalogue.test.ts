import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { test } from "vitest";

/** Notes each file that is loaded, then does what stands in `act`, in a process of its own. */
async function loadedBy(act: string): Promise<readonly string[]> {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    const { blocks, createSeen, diskFiles, startProcess } = await import(${JSON.stringify(new URL("../index.ts", import.meta.url).href)});
    const kit = { files: diskFiles(), run: startProcess, seen: createSeen(), shell: { cwd: "/" }, env: {}, home: "/", roots: () => [], spillDir: "/" };
    const tools = Object.values(blocks).map((block) => block(kit));
    ${act}
    console.log(JSON.stringify(loaded));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  return JSON.parse(stdout) as string[];
}

const isLate = (url: string): boolean => /\/zod\/|\/picomatch\/|\/diff\/|\/bodies\./.test(url);

test("a session that calls no tool loads neither zod nor what the blocks do", async () => {
  assert.deepEqual((await loadedBy("JSON.stringify(tools)")).filter(isLate), []);
});

test("a call that begins to be written loads what it needs, before it is whole", async () => {
  const loaded = await loadedBy(`tools.find(({ name }) => name === "Read").warm()`);
  for (const part of ["/zod/", "/bodies."])
    assert.ok(
      loaded.some((url) => url.includes(part)),
      part,
    );
});

test("a call that comes without a warning is bound all the same", async () => {
  const loaded = await loadedBy(`
    const { call } = tools.find(({ name }) => name === "Read").bind({ file_path: "a", offset: "3" }, "/w");
    if (call.input.offset !== 3) throw new Error("It was not bound.");`);
  assert.ok(loaded.some((url) => url.includes("/bodies.")));
});
