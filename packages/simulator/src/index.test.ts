import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { arrived, ask, blocksIn, bodyOf, conversation, errorOf, eventsIn, PROMPT } from "../test/ask.ts";
import { plans, playsAFile, records, replays } from "../test/examples.ts";
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

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const examples = (language: string): readonly string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(([, text]) => text ?? "");

const clock = { now: () => 0, random: () => 0, sleep: async () => {} };

function scenarioAt(index: number): simulator.Scenario {
  const read = simulator.readScenario(examples("json")[index], "README.md");
  if (!read.ok) throw new Error(read.error);
  return read.scenario;
}

it("the README's scenario can be played to its end", async () => {
  await using server = await simulator.simulate(scenarioAt(0), { variables: { project: "/tmp/x" }, clock });
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

it("the README's list of what can go wrong goes wrong in each of these ways", async () => {
  const scenario = scenarioAt(1);
  await using server = await simulator.simulate(scenario, { clock });
  const ways: string[] = [];
  for (let at = 0; at < 16; at++) {
    const response = await ask(server.url, bodyOf([PROMPT], { model: scenario.models?.[0] }));
    const { text, broken } = await arrived(response);
    const stop = /"stop_reason":"(\w+)"/.exec(text)?.[1];
    ways.push(response.ok ? (broken ? "cut" : (stop ?? "no end")) : String(response.status));
  }
  const errors = ["429", "529", "529", "529", "503", "400", "413"];
  const ends = [
    "cut",
    "end_turn",
    "no end",
    "tool_use",
    "max_tokens",
    "pause_turn",
    "end_turn",
    "model_context_window_exceeded",
    "refusal",
  ];
  expect(ways).toEqual([...errors, ...ends]);
  expect((await ask(server.url)).status).toBe(404);
});

it("the README's sessions are played by those who fit them", async () => {
  await using server = await simulator.simulate(scenarioAt(2));
  const hear = async (messages: readonly unknown[], more: object = {}, team = "blue"): Promise<string> => {
    const headers = { "x-team": team };
    const response = await fetch(`${server.url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(bodyOf(messages, more)) });
    return blocksIn(eventsIn(await response.text()))
      .map(({ text, name }) => text ?? name)
      .join();
  };
  const asked = { role: "user", content: "find the port" };
  const answered = conversation({ tool: "Task", result: "src/port.js" }).slice(1);
  expect(await hear([asked])).toBe("Task");
  expect(await hear([PROMPT], { system: "You search the code." })).toBe("It is in src/port.js.");
  expect(await hear([asked, ...answered])).toBe("src/port.js");
  expect([await hear([asked], {}, "red"), await hear([asked], {}, "red")]).toEqual(["Hello.", "Hello."]);
});

it("the README's code is code that runs", async () => {
  await using home = await temporaryHome();
  const [scenario, take] = [join(home.path, "scenario.json"), join(home.path, "take.jsonl")];
  await writeFile(scenario, examples("json")[0] ?? "");
  const greet = async (url: string): Promise<void> => expect((await ask(url)).status).toBe(200);
  expect(await playsAFile(scenario, greet)).toBe(1);
  expect([await records(take), await replays(take)]).toEqual([expect.stringMatching(/^http/), expect.stringMatching(/^http/)]);
  await plans(greet);

  const code = await readFile(new URL("../test/examples.ts", import.meta.url), "utf8");
  const lines = code.split("\n").map((line) => line.trim());
  expect(examples("ts").length).toBe(4);
  for (const example of examples("ts")) expect(lines.join("\n")).toContain(example.trim());
});
