import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { arrived, ask, blocksIn, bodyOf, conversation, errorOf, eventsIn } from "../test/ask.ts";
import * as simulator from "./index.ts";

it("these are the public names", () => {
  expect(Object.keys(simulator).toSorted()).toEqual([
    "loadRecording",
    "loadScenario",
    "planner",
    "readScenario",
    "record",
    "replay",
    "scenarioSchema",
    "simulate",
  ]);
});

it("the README's scenario can be played to its end", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const examples = [...readme.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => text);
  expect(examples).toHaveLength(1);
  const read = simulator.readScenario(examples[0], "README.md");
  if (!read.ok) throw new Error(read.error);

  const clock = { now: () => 0, random: () => 0, sleep: async () => {} };
  await using server = await simulator.simulate(read.scenario, { variables: { project: "/tmp/x" }, clock });
  const next = async (...calls: readonly { readonly tool: string; readonly result: string }[]): Promise<Response> =>
    ask(server.url, bodyOf(conversation(...calls)));
  const [, , run] = blocksIn(eventsIn(await (await next()).text()));
  expect(JSON.parse(run.sent)).toEqual({ command: "cd /tmp/x && node --test" });
  expect((await next()).headers.get("retry-after")).toBe("2");
  const ran = { tool: "Bash", result: "expected 8080, got 80\nfail 1" };
  const [said, edit] = blocksIn(eventsIn(await (await next(ran)).text()));
  expect(said.text).toBe("It expects 8080.");
  expect(JSON.parse(edit.sent)).toMatchObject({ file_path: "/tmp/x/port.js", new_string: "return 8080" });
  const edited = [ran, { tool: "Edit", result: "ok" }];
  expect((await arrived(await next(...edited))).broken).toBe(true);
  expect(await (await next(...edited)).text()).toContain("Done");
  expect(await errorOf(await next(...edited))).toContain("README.md is over");
});
