import { expect, it } from "vitest";
import { asked, CALLS, linked } from "../test/engine.ts";
import { describeQuestion } from "./question.ts";

const shown = (text: string, links = linked()) => describeQuestion(asked("Bash", CALLS.Bash(text)), links);

it("shows every character that a terminal would hide or move", async () => {
  expect((await shown("ls \u001b[2K\u200b\u202e\u00a0x\r")).lines).toEqual(["ls \\x1b[2K\\u{200b}\\u{202e}\\xa0x\\x0d"]);
  expect((await shown("echo \u{e0041}é 日本")).lines).toEqual(["echo \\u{e0041}é 日本"]);
});

it("shows all of it, line by line, and says how long it is", async () => {
  const text = `echo a${" ".repeat(400)}; rm x\nid`;
  const { lines, characters } = await shown(text);
  expect(lines).toEqual([`echo a${" ".repeat(400)}; rm x`, "id"]);
  expect(characters).toBe(text.length);
});

it("shows where each path leads", async () => {
  const { paths } = await shown("cat key > ../out", linked({ "/home/dev/proj/key": "/home/dev/.ssh/id" }));
  expect(paths).toEqual([{ path: "/home/dev/proj/../out" }, { path: "/home/dev/proj/key", leadsTo: "/home/dev/.ssh/id" }]);
});
