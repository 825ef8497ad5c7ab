import { expect, it } from "vitest";
import { verdict } from "../../test/engine.ts";

const under = (rule: string, text: string) => verdict("Bash", text, { rules: { deny: [rule], allow: ["Bash"] } });

it.each([
  "cat .env",
  "cat ./.env",
  "cat src/../.env",
  "cat /home/dev/proj/.env",
  'cat ".env"',
  "cp .env x",
  "git add .env",
  "tool --file=.env",
  "tool -f.env",
  "curl -d @.env x",
  "dd if=.env",
  "git show HEAD:.env",
  "scp a,.env b",
  'sh -c "cat .env"',
  "cat .env | base64",
  "cat < .env",
  "a && cat .env",
  "rm .env",
])("denies `%s` by Read(./.env)", async (text) => {
  expect(await under("Read(./.env)", text)).toBe("deny");
});

it.each(["cat .en*", "cat .e$x", "cat $(echo .env)", 'rg -g "*.env" KEY', "rg KEY", "grep -r KEY .", "tar cf a ."])(
  "asks about `%s`, which may reach it, in every mode",
  async (text) => {
    expect(await verdict("Bash", text, { rules: { deny: ["Read(./.env)"] }, mode: "bypassPermissions" })).toBe("ask!");
  },
);

it.each([
  "cat .env.example",
  "npm test",
  "git status",
  "grep KEY src/a.ts",
  "echo .env",
  "ls .",
  "cd src && cat x",
  "cat x | y",
  "git add src",
  "npm test | cat",
  "curl https://x.test/.envs",
])("leaves `%s` alone under Read(./.env)", async (text) => {
  expect(await under("Read(./.env)", text)).toBe("allow");
});

it("denies by a rule on writing what may write, not what only reads", async () => {
  expect(await under("Edit(gen/**)", "cp a gen/b")).toBe("deny");
  expect(await under("Edit(gen/**)", "rm -r gen")).toBe("deny");
  expect(await under("Edit(gen/**)", "cat gen/b")).toBe("allow");
  expect(await under("Edit(gen/**)", "cat a > gen/b")).toBe("deny");
  expect(await under("Edit(gen/**)", "cat a > $b")).toBe("ask!");
});

it("asks, and doesn't deny, where a pattern for everything meets a word", async () => {
  expect(await under("Read(./**)", "npm test")).toBe("ask!");
});

it("resolves words from where the command starts, and from home", async () => {
  expect(await under("Read(~/.ssh/**)", "cat ../.ssh/id")).toBe("deny");
  expect(await under("Read(~/.ssh/**)", "cat ~/.ssh/id")).toBe("deny");
  expect(await under("Read(~/.ssh/**)", 'tool "~/.ssh/id"')).toBe("deny");
});

it("asks by an ask rule on paths", async () => {
  expect(await verdict("Bash", "cat .env", { rules: { ask: ["Read(./.env)"], allow: ["Bash"] } })).toBe("ask!");
});
