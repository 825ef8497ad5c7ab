import { text } from "@keelson/protocol";
import { expect, test } from "vitest";
import { Inbox } from "./inbox.ts";
import type { Prompt } from "./incoming.ts";

const prompt = (words: string, asks = true): Prompt => ({ content: [text(words)], message: {}, uuid: words, asks, priority: "next" });
const wordsOf = (content: Prompt["content"]): string => content.map((block) => String(block["text"])).join("+");

test("prompts come out in their order, also those that come while one waits for them", async () => {
  const inbox = new Inbox();
  const read = Array.fromAsync(inbox, ({ content }) => wordsOf(content));
  inbox.add(prompt("a"));
  inbox.add(prompt("aside", false));
  inbox.add(prompt("b"));
  inbox.close();
  expect(await read).toEqual(["a", "aside+b"]);
});

test("an interrupt meets the prompt that came before it, taken up or not", async () => {
  const inbox = new Inbox();
  inbox.add(prompt("a"));
  inbox.add(prompt("b"));
  expect(inbox.interrupt()).toEqual(["b"]);
  inbox.close();
  expect(await Array.fromAsync(inbox, ({ stop }) => stop.signal.aborted)).toEqual([true, false]);
});

test("what is withdrawn never comes out, and what is under way stays", async () => {
  const inbox = new Inbox();
  for (const words of ["a", "b", "c"]) inbox.add(prompt(words));
  expect(inbox.behind).toBe(2);
  expect(inbox.withdraw(({ uuid }) => uuid !== "c")).toMatchObject([{ uuid: "b" }]);
  inbox.close();
  expect(await Array.fromAsync(inbox, ({ uuid }) => uuid)).toEqual(["a", "c"]);
});

test("there is an end to what may wait", () => {
  const inbox = new Inbox();
  while (inbox.add(prompt("more"))) expect(inbox.behind).toBeLessThan(10_000);
});

test("what steers is taken out from behind the first; what comes now ends that, and is the next", async () => {
  const inbox = new Inbox();
  for (const words of ["a", "b"]) inbox.add(prompt(words));
  inbox.add(prompt("c"), true);
  expect(inbox.takeSteering().map(({ uuid }) => uuid)).toEqual(["c"]);
  expect(inbox.takeSteering()).toEqual([]);
  inbox.add({ ...prompt("d"), priority: "now" });
  inbox.close();
  const stopped: boolean[] = [];
  const out: string[] = [];
  for await (const { content, stop } of inbox) {
    out.push(wordsOf(content));
    stopped.push(stop.signal.aborted);
  }
  expect(out).toEqual(["a", "d", "b"]);
  expect(stopped).toEqual([true, false, false]);
});
