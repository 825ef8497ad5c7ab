import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { describe, expect, test } from "vitest";
import { sitDown } from "../test/person.ts";

const HELLO: Reply = { blocks: [{ text: "Hello, person." }] };
const say = (text: string): Reply => ({ blocks: [{ text }] });
const touch = (file: string): Reply => ({ blocks: [{ tool: "Bash", input: { command: `touch ${file}` } }] });
const ENTER = "\r";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

describe("a prompt", () => {
  test("is answered, and the next one is waited for", async () => {
    await using person = await sitDown([HELLO, say("Again.")]);
    await person.screen.see("session");
    await person.screen.see("> ");
    person.type(`hi${ENTER}`);
    await person.screen.see("Hello, person.");
    await person.screen.see("tokens");
    await person.screen.see("> ");
    person.type(`and now?${ENTER}`);
    await person.screen.see("Again.");
    person.type(CTRL_D);
    expect(await person.left).toBe(0);
    expect(person.screen.text).toContain("keel --resume ");
  });

  test("that stands on the command line comes first", async () => {
    await using person = await sitDown([HELLO], ["say", "hello"]);
    await person.screen.see("Hello, person.");
    expect(person.requests[0]?.text).toContain('"say hello"');
  });

  test("goes on behind a backslash", async () => {
    await using person = await sitDown([HELLO]);
    await person.screen.see("> ");
    person.type(`one\\${ENTER}`);
    await person.screen.see("… ");
    person.type(`two${ENTER}`);
    await person.screen.see("Hello");
    expect(person.requests[0]?.text).toContain('"one\\ntwo"');
  });

  test("that is pasted stays one, in a terminal that marks pastes and in one that doesn't", async () => {
    await using person = await sitDown([HELLO, HELLO]);
    await person.screen.see("> ");
    person.type("\u001b[200~one\rtwo\u001b[201~");
    await person.screen.see("two");
    expect(person.requests).toHaveLength(0);
    person.type(ENTER);
    await person.screen.see("Hello");
    await person.screen.see("> ");
    person.type(`three\rfour${ENTER}`);
    await person.screen.see("Hello");
    expect(person.requests[0]?.text).toContain('"one\\ntwo"');
    expect(person.requests[1]?.text).toContain('"three\\nfour"');
  });

  test("that is typed while the model speaks waits for its turn", async () => {
    await using person = await sitDown([{ blocks: [{ text: "Slowly." }, { pause: 50 }] }, say("Next.")], ["go"]);
    await person.screen.see("Slow");
    person.type(`then this${ENTER}`);
    await person.screen.see("Next.");
    expect(person.requests[1]?.text).toContain('"then this"');
  });

  test("with a wrong key is told so, and the person is still there", async () => {
    await using person = await sitDown([{ error: { status: 401 } }, HELLO], ["hi"]);
    await person.screen.see("key");
    await person.screen.see("> ");
    person.type(`again${ENTER}`);
    await person.screen.see("Hello, person.");
  });
});

describe("a question", () => {
  test("shows what would run; yes lets it run once", async () => {
    await using person = await sitDown([touch("a"), touch("b"), HELLO], ["go"]);
    await person.screen.see("touch a");
    await person.screen.see("[a]lways this session (Bash(touch a))");
    expect(existsSync(join(person.cwd, "a"))).toBe(false);
    person.type(`y${ENTER}`);
    await person.screen.see("touch b");
    await person.screen.see("Allow?");
    expect(existsSync(join(person.cwd, "a"))).toBe(true);
    person.type(`n${ENTER}`);
    await person.screen.see("Hello");
    expect(existsSync(join(person.cwd, "b"))).toBe(false);
  });

  test("answered with always isn't put again", async () => {
    await using person = await sitDown([touch("a"), touch("a"), HELLO], ["go"]);
    await person.screen.see("Allow?");
    person.type(`a${ENTER}`);
    await person.screen.see("Hello");
    expect(person.screen.text.match(/Allow\?/g)).toHaveLength(1);
  });

  test("shows the change an edit would make, and answered in words it tells them to the model", async () => {
    const edit: Reply = {
      blocks: [
        { tool: "Read", input: { file_path: "note.txt" } },
        { tool: "Edit", input: { file_path: "note.txt", old_string: "short", new_string: "long" } },
      ],
    };
    await using person = await sitDown([edit, HELLO], ["go"]);
    await person.screen.see("-short");
    await person.screen.see("+long");
    await person.screen.see("Allow?");
    person.type(`make it green${ENTER}`);
    await person.screen.see("Hello");
    expect(person.requests[1]?.text).toContain("make it green");
    expect(await readFile(join(person.cwd, "note.txt"), "utf8")).toBe("a short note\n");
  });

  test("isn't answered by what was typed before it stood there, nor by nothing", async () => {
    const slow: Reply = { blocks: [{ text: "Thinking." }, { pause: 50 }, { tool: "Bash", input: { command: "touch a" } }] };
    await using person = await sitDown([slow, HELLO], ["go"]);
    await person.screen.see("Thinking.");
    person.type(`y${ENTER}y`);
    await person.screen.see("Allow?");
    person.type(ENTER);
    await person.screen.see("Allow?");
    person.type(`n${ENTER}`);
    await person.screen.see("Hello");
    expect(existsSync(join(person.cwd, "a"))).toBe(false);
  });

  test("left with Ctrl-C ends the run, and nothing ran", async () => {
    await using person = await sitDown([touch("a"), HELLO], ["go"]);
    await person.screen.see("Allow?");
    person.type(CTRL_C);
    await person.screen.see("Interrupted");
    await person.screen.see("> ");
    expect(existsSync(join(person.cwd, "a"))).toBe(false);
    expect(person.requests).toHaveLength(1);
  });

  test("is given up when the program is ended", async () => {
    await using person = await sitDown([touch("a")], ["go"]);
    await person.screen.see("Allow?");
    person.signal("SIGHUP");
    expect(await person.left).toBe(129);
    expect(existsSync(join(person.cwd, "a"))).toBe(false);
  });

  test("shows control characters of a command instead of sending them", async () => {
    await using person = await sitDown(
      [{ blocks: [{ tool: "Bash", input: { command: "echo safe \u001b[2K\u001b[1G rm" } }] }, HELLO],
      ["go"],
    );
    await person.screen.see("echo safe ␛[2K␛[1G rm");
    await person.screen.see("Allow?");
    expect(person.screen.raw).not.toContain("\u001b[2K\u001b[1G rm");
    person.type(`n${ENTER}`);
    await person.screen.see("Hello");
  });
});

describe("leaving", () => {
  test("Ctrl-C interrupts the model and keeps the person", async () => {
    await using person = await sitDown([{ blocks: [{ text: "On and on." }, { text: "Never." }], stall: { afterBlock: 1 } }, HELLO], ["go"]);
    await person.screen.see("On and on.");
    person.type(CTRL_C);
    await person.screen.see("Interrupted");
    await person.screen.see("> ");
    person.type(`hi${ENTER}`);
    await person.screen.see("Hello");
  });

  test("Ctrl-C at an empty prompt leaves the second time; a typed line is only thrown away", async () => {
    await using person = await sitDown([HELLO]);
    await person.screen.see("> ");
    person.type("something");
    await person.screen.see("something");
    person.type(CTRL_C);
    await person.screen.see("> ");
    person.type(CTRL_C);
    await person.screen.see("again to leave");
    await person.screen.see("> ");
    person.type(CTRL_C);
    expect(await person.left).toBe(0);
    expect(person.requests).toHaveLength(0);
  });

  test("/exit leaves; other commands answer without the model", async () => {
    await using person = await sitDown([HELLO]);
    await person.screen.see("> ");
    person.type(`/hlep${ENTER}`);
    await person.screen.see("Did you mean /help?");
    person.type(`/cost${ENTER}`);
    await person.screen.see("0 tokens in");
    await person.screen.see("> ");
    person.type(`/exit${ENTER}`);
    expect(await person.left).toBe(0);
    expect(person.requests).toHaveLength(0);
  });

  test("a signal ends the run and the program", async () => {
    await using person = await sitDown([{ blocks: [{ text: "On and on." }, { text: "Never." }], stall: { afterBlock: 1 } }], ["go"]);
    await person.screen.see("On and on.");
    person.signal("SIGTERM");
    expect(await person.left).toBe(143);
  });
});

describe("without a key", () => {
  test("the person can give one, which isn't shown", async () => {
    await using person = await sitDown([HELLO], [], {});
    await person.screen.see("1, 2, 3 or 4: ");
    person.type(`2${ENTER}`);
    await person.screen.see("not shown");
    person.type(`sk-secret${ENTER}`);
    await person.screen.see("session ");
    expect(person.screen.raw).not.toContain("sk-secret");
  });

  test("the person can name an endpoint and its model", async () => {
    await using person = await sitDown([HELLO], [], {});
    await using other = await sitDown([HELLO]);
    await person.screen.see("1, 2, 3 or 4: ");
    person.type(`3${ENTER}`);
    await person.screen.see("URL");
    person.type(`nowhere${ENTER}`);
    await person.screen.see("isn't an http");
    await person.screen.see("1, 2, 3 or 4: ");
    person.type(`3${ENTER}`);
    await person.screen.see("URL");
    person.type(`${other.url}${ENTER}`);
    await person.screen.see("model");
    person.type(`local-one${ENTER}`);
    await person.screen.see("local-one");
    await person.screen.see("> ");
    person.type(`hi${ENTER}`);
    await person.screen.see("Hello");
    expect(other.requests[0]?.body["model"]).toBe("local-one");
  });

  test("a planner does what simple words say, with real tools", async () => {
    await using person = await sitDown([], [], {});
    await person.screen.see("1, 2, 3 or 4: ");
    person.type(`4${ENTER}`);
    await person.screen.see("planner");
    await person.screen.see("> ");
    person.type(`read note.txt${ENTER}`);
    await person.screen.see("Read note.txt");
    await person.screen.see("tokens");
  });

  test("Ctrl-C leaves", async () => {
    await using person = await sitDown([HELLO], [], {});
    await person.screen.see("1, 2, 3 or 4: ");
    person.type(CTRL_C);
    expect(await person.left).toBe(0);
  });
});
