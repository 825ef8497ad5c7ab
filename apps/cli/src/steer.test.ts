import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "@keelson/protocol";
import type { Reply, Script } from "@keelson/simulator";
import { describe, expect, test, vi } from "vitest";
import { scene } from "../test/keel.ts";
import { sitDown, sitIn, type Person } from "../test/person.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const bash = (command: string): Reply => ({ blocks: [{ tool: "Bash", input: { command } }] });
const ask = (...questions: readonly JsonObject[]): Reply => ({
  blocks: [{ tool: "AskUserQuestion", input: { questions: [...questions] } }],
});
const choice = (question: string, ...labels: readonly string[]) => ({ question, header: "h", options: labels.map((label) => ({ label })) });
const WAITS = bash("until [ -e go ]; do sleep 0.02; done");
const FREE = ["--permission-mode", "bypassPermissions", "start"];
const ENTER = "\r";
const CTRL_C = "\u0003";
const release = (person: Person): Promise<void> => writeFile(join(person.cwd, "go"), "");

describe("what is typed while the model works", () => {
  test("is seen as it is typed, nothing is drawn over it, and the model reads it after its step", async () => {
    await using person = await sitDown([WAITS, bash("until [ -e on ]; do sleep 0.02; done"), say("I heard you.")], FREE);
    await person.screen.see("● Bash");
    person.type("hurry");
    await person.screen.see("» hurry");
    await release(person);
    await vi.waitFor(() => expect(person.requests).toHaveLength(2));
    expect(person.screen.text).not.toContain("└");
    person.type(` up${ENTER}`);
    await person.screen.see(" up\n");
    await person.screen.see("└");
    await writeFile(join(person.cwd, "on"), "");
    await person.screen.see("I heard you.");
    expect(person.requests[2]?.text).toContain('"hurry up"');
    expect(person.requests).toHaveLength(3);
  });

  test("and comes too late for the last step is answered behind it", async () => {
    await using person = await sitDown([{ blocks: [{ text: "Soon done." }, { pause: 30 }] }, say("That too.")], ["go"]);
    await person.screen.see("Soon done.");
    person.type(`and that${ENTER}`);
    await person.screen.see("That too.");
    expect(person.requests[1]?.text).toContain('"and that"');
  });

  test("is gone when its last letter is taken back; after Ctrl-C, which still interrupts, it stands at the prompt to be changed", async () => {
    await using person = await sitDown([WAITS, say("Next.")], FREE);
    await person.screen.see("● Bash");
    person.type("x");
    await person.screen.see("» x");
    person.type("\u007f");
    person.type("y");
    await person.screen.see("» y");
    person.type(CTRL_C);
    await person.screen.see("Interrupted");
    await person.screen.see("> y");
    person.type(`es${ENTER}`);
    await person.screen.see("Next.");
    expect(person.requests[1]?.text).toContain('"yes"');
    expect(person.requests).toHaveLength(2);
  });

  test("is what the model does next when Ctrl-C comes before it could read it", async () => {
    await using person = await sitDown([WAITS, say("That instead."), say("Later.")], FREE);
    await person.screen.see("● Bash");
    person.type(`do that instead${ENTER}`);
    await person.screen.see("» do that instead");
    person.type(CTRL_C);
    await person.screen.see("Interrupted");
    await person.screen.see("» do that instead\n");
    await person.screen.see("That instead.");
    await person.screen.see("> ");
    person.type(`now another thing${ENTER}`);
    await person.screen.see("Later.");
    expect(person.requests[1]?.text).toContain('"do that instead"');
    expect(person.requests[2]?.text.match(/do that instead/g)).toHaveLength(1);
  });

  test("waits while a question stands, and no line is lost to a prompt that took two rows", async () => {
    await using person = await sitDown(
      [WAITS, bash("rm something-with-a-rather-long-name"), say("Done.")],
      ["--allowedTools", "Bash(until *)", "--", "go"],
    );
    await person.screen.see("● Bash");
    person.type("half");
    await person.screen.see("» half");
    await release(person);
    await person.screen.see("Allow?");
    person.type(`n${ENTER}`);
    await person.screen.see("Done.");
    const { length } = person.screen.raw;
    await person.screen.see("tokens");
    await person.screen.see("> half");
    expect(person.screen.raw.slice(length)).not.toContain("\u001b[1A");
  });

  test("may be a command", async () => {
    const todos = [
      { content: "Look", status: "in_progress" },
      { content: "Tell", status: "pending" },
    ];
    await using person = await sitDown([{ blocks: [{ tool: "TodoWrite", input: { todos } }] }, WAITS], FREE);
    await person.screen.see("● Bash");
    person.type(`/tasks${ENTER}`);
    await person.screen.see("▶ Look\n☐ Tell\n");
    person.type(`/title Plums${ENTER}`);
    await person.screen.see("It is called Plums now.");
    person.type(`/exit${ENTER}`);
    expect(await person.left).toBe(0);
    expect(person.requests).toHaveLength(2);
  });
});

describe("a question to the person", () => {
  test("is answered by number, by several, or in words; a wrong number is told", async () => {
    const several = { ...choice("Which fruits?", "plum", "pear", "fig"), multiSelect: true };
    await using person = await sitDown(
      [ask(choice("Which colour?", "red", "blue"), several, choice("And?", "a", "b")), say("Thanks.")],
      ["go"],
    );
    await person.screen.see("[2] blue");
    await person.screen.see("own words: ");
    person.type(`7${ENTER}`);
    await person.screen.see("There are 2 options.");
    await person.screen.see("own words: ");
    person.type(`/cost${ENTER}`);
    await person.screen.see("Commands wait");
    await person.screen.see("own words: ");
    person.type(`2${ENTER}`);
    await person.screen.see("Which fruits?");
    await person.screen.see("own words: ");
    person.type(`1, 3${ENTER}`);
    await person.screen.see("And?");
    await person.screen.see("own words: ");
    person.type(`neither of them${ENTER}`);
    await person.screen.see("Thanks.");
    expect(person.requests[1]?.text).toMatch(/Which colour\?[^"]*blue[^"]*Which fruits\?[^"]*plum, fig[^"]*And\?[^"]*neither of them/);
  });

  test("shows a plan, which is carried out or changed", async () => {
    const plan = (words: string): Reply => ({ blocks: [{ tool: "ExitPlanMode", input: { plan: words } }] });
    await using person = await sitDown([plan("Touch a"), plan("Touch b"), say("Done.")], ["--permission-mode", "plan", "go"]);
    await person.screen.see("? The plan\n    Touch a\n");
    await person.screen.see("Carry it out?");
    person.type(`rather b${ENTER}`);
    await person.screen.see("    Touch b\n");
    await person.screen.see("Carry it out?");
    person.type(`y${ENTER}`);
    await person.screen.see("Done.");
    expect(person.requests[1]?.text).toContain("rather b");
    expect(person.requests[2]?.text).toContain("agrees to the plan");
  });

  test("a permission may hold in this folder, and for some days", async () => {
    await using person = await sitDown([bash("touch a"), bash("touch b"), bash("touch a"), say("Done.")], ["go"]);
    const before = Date.now();
    await person.screen.see("[p]roject");
    for (const slip of ["p 99x", "p 0d", "w"]) {
      person.type(`${slip}${ENTER}`);
      await person.screen.see("p 12h, p 7d");
      await person.screen.see("Allow?");
    }
    person.type(`p${ENTER}`);
    await person.screen.see("touch b");
    await person.screen.see("Allow?");
    person.type(`p 7d${ENTER}`);
    await person.screen.see("Done.");
    const folder = join(person.cwd, "..", ".keel", "var", "grants");
    const grants = await Promise.all(
      (await readdir(folder)).map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as object),
    );
    expect(grants).toContainEqual({ rule: "Bash(touch a)", folder: person.cwd, granted: expect.any(Number) });
    const until = grants.flatMap((grant) => ("until" in grant ? [Number(grant.until) - before] : []));
    expect(until.map((ms) => Math.round(ms / 86_400_000))).toEqual([7]);
  });

  test("that was left open is put when its session is resumed", async () => {
    await using the = await scene([bash("touch a"), say("Made it.")]);
    expect(await the.inside(["-p", "go", "--defer"])).toMatchObject({ code: 1, stderr: expect.stringContaining("Parked") });
    await using person = sitIn(the, ["--continue"]);
    await person.screen.see("Allow?");
    person.type(`y${ENTER}`);
    await person.screen.see("Made it.");
    expect(existsSync(join(the.cwd, "a"))).toBe(true);
  });

  test("was answered, and its run goes on with Enter", async () => {
    await using the = await scene([bash("touch a"), say("Made it.")]);
    await the.inside(["-p", "go", "--defer"]);
    await the.inside(["session", "answer", "go", "--allow", "--no-run"]);
    await using person = sitIn(the, ["--resume", "go"]);
    await person.screen.see("Enter goes on with it.");
    await person.screen.see("> ");
    person.type(ENTER);
    await person.screen.see("Made it.");
  });
});

const agent = (description: string, more: object = {}): { tool: string; input: { [key: string]: string } } => ({
  tool: "Agent",
  input: { description, prompt: `part ${description}`, ...more },
});

describe("sub-agents", () => {
  test("are seen below their parent, each step by a line, and ask in their name", async () => {
    const script: Script = {
      replies: [{ blocks: [agent("look", { name: "scout" })] }, say("All done.")],
      sessions: [
        {
          match: { promptIncludes: "part look" },
          replies: [
            { blocks: [{ text: "Secret words." }, { tool: "Read", input: { file_path: "note.txt" } }] },
            bash("touch a"),
            say("Found."),
          ],
        },
      ],
    };
    await using person = await sitDown(script, ["go"]);
    await person.screen.see("● Agent look");
    await person.screen.see("\n  scout │ ● Read note.txt\n");
    await person.screen.see("? Bash for scout");
    await person.screen.see("Allow?");
    person.type(`y${ENTER}`);
    await person.screen.see("\n  scout │ ● Bash touch a\n");
    await person.screen.see("└ Found.");
    await person.screen.see("agents: 1 completed");
    expect(person.screen.text).not.toContain("Secret words.");
    person.type(`/agents${ENTER}`);
    await person.screen.see("✔ scout: general-purpose · completed · 2 calls");
  });

  test("in the background have ended, for /agents too, once their run is interrupted", async () => {
    const script: Script = {
      replies: [{ blocks: [agent("aside", { run_in_background: true } as object)] }, WAITS],
      sessions: [{ match: { promptIncludes: "part aside" }, replies: [WAITS] }],
    };
    await using person = await sitDown(script, FREE);
    await person.screen.see("aside │ ● Bash");
    person.type(CTRL_C);
    await person.screen.see("Interrupted");
    await vi.waitFor(async () => {
      await person.screen.see("> ");
      person.type(`/agents${ENTER}`);
      await person.screen.see("aside: general-purpose");
      await person.screen.see("Kinds:");
      expect(person.screen.text.split("aside: general-purpose").at(-1)).toMatch(/^ · in the background · aborted/);
    });
  });

  test("in the background don't break into a sentence, and their end is told", async () => {
    const script: Script = {
      replies: [
        { blocks: [agent("aside", { run_in_background: true } as object)] },
        { pace: { chunkMs: 15 }, blocks: [{ text: "This is one sentence that nobody may break into while it is being said." }] },
        say("All heard."),
      ],
      sessions: [
        {
          match: { promptIncludes: "part aside" },
          replies: [{ blocks: [{ tool: "Read", input: { file_path: "note.txt" } }] }, say("Aside done.")],
        },
      ],
    };
    await using person = await sitDown(script, ["go"]);
    await person.screen.see("✔ aside has ended: completed · 1 call");
    await person.screen.see("All heard.");
    expect(person.screen.text).toContain("This is one sentence that nobody may break into while it is being said.");
    expect(person.screen.text).toContain("  aside │ ● Read note.txt\n");
  });
});
