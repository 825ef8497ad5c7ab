import { expect, test } from "vitest";
import { read, text } from "../../test/sample.ts";

async function agent(head: string) {
  const { plugin, read: found } = await read({ "agents/ro.md": text(`description: d\n${head}`, "Look.") });
  const { tools, disallowedTools } = plugin.agents[0] ?? {};
  return { tools, disallowedTools, codes: found.problems.map(({ code }) => code) };
}

test.each(["Tools: Read", "tool: Read", '"tools": Read', "TOOLS: [Read]", "tools: [Read", 'tools: ["Read', "tools : Read"])(
  "a list of tools that is slightly wrong is taken as it was meant: %j",
  async (head) => {
    expect((await agent(head)).tools).toEqual(["Read"]);
  },
);

test("a list that was never closed is a list, on both sides", async () => {
  expect((await agent("tools: [Read, Grep")).tools).toEqual(["Read", "Grep"]);
  expect((await agent('disallowedTools: [Bash, "Write')).disallowedTools).toEqual(["Bash", "Write"]);
  expect((await agent("disallowed_tools: Bash")).disallowedTools).toEqual(["Bash"]);
});

test.each([
  "tools: {Read: true}",
  "name: ro\n\ttools: Read",
  "name: ro\n  tools: Read",
  "tools:Read",
  "tools = Read",
  "disallowedTools: {Bash: true}",
  "disallowedTools: [Bash, {Write: all}]",
  "disallowedTools: Bash, Write: y",
  "name: ro\n\tdisallowedTools: Bash",
])("what can't be read leaves the agent nothing, and is said: %j", async (head) => {
  const { tools, codes } = await agent(head);
  expect([tools, codes]).toEqual([[], expect.arrayContaining(["restriction_unreadable"])]);
});

test.each([
  "---\nname: ro\n\ntools: Read\n\nLook.",
  "---js\ntools: Read\n---\nLook.",
  "name: ro\ntools: Read\n---\nLook.",
  "--\nname: ro\ntools: Read\n---\n",
])("a head that isn't closed, isn't opened or can't be read loses no list: %j", async (whole) => {
  const { plugin, read: found } = await read({ "agents/ro.md": whole });
  expect(plugin.agents[0]?.tools).toEqual([]);
  expect(found.problems.map(({ code }) => code)).toContain("restriction_unreadable");
});

test("prose about tools, maps of other fields and a list left empty take nothing away", async () => {
  for (const head of ["metadata:\n  tools: Read", "argument-hint: a: b", "tools:", "skills: [x]", "name: ro", "color: red"])
    expect([head, (await agent(head)).tools]).toEqual([head, undefined]);
  const { plugin } = await read({ "agents/ro.md": "Use these.\n\ntools: all of them\n" });
  expect(plugin.agents[0]?.tools).toBeUndefined();
});

test("a skill that forbids what can't be read forbids everything", async () => {
  const skill = async (head: string) =>
    (await read({ "skills/s/SKILL.md": text(`description: d\n${head}`) })).plugin.skills[0]?.disallowedTools;
  expect(await skill('disallowed-tools: [Bash, "Write')).toEqual(["Bash", "Write"]);
  expect(await skill("disallowedTools: Bash")).toEqual(["Bash"]);
  expect(await skill("disallowed-tools: {Bash: true}")).toEqual(["*"]);
  expect(await skill("name: s\n\tdisallowed-tools: Bash")).toEqual(["*"]);
  expect(await skill("allowed-tools: Read")).toBeUndefined();
});
