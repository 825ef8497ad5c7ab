/** The hooks of plugins/guard, run as they are declared: by bash, with a payload on stdin and the plugin's place in the environment. */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { describe, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../../plugins/guard", import.meta.url));
type Declared = { readonly hooks: { readonly PreToolUse: readonly { matcher: string; hooks: readonly { command: string }[] }[] } };
type Answer = { readonly code: number; readonly stdout: string; readonly stderr: string };
const SILENT: Answer = { code: 0, stdout: "", stderr: "" };

async function hookOf(tool: string): Promise<string> {
  const { hooks } = JSON.parse(await readFile(join(ROOT, "hooks/hooks.json"), "utf8")) as Declared;
  const group = hooks.PreToolUse.find(({ matcher }) => matcher.split("|").includes(tool));
  return group?.hooks[0]?.command ?? assert.fail(`No hook is for ${tool}.`);
}

async function fire(tool: string, input: JsonObject, cwd = "/"): Promise<Answer> {
  const common = { session_id: "s", transcript_path: "/t.jsonl", permission_mode: "default", hook_event_name: "PreToolUse" };
  return run(await hookOf(tool), JSON.stringify({ ...common, cwd, tool_name: tool, tool_input: input, tool_use_id: "toolu_1" }), cwd);
}

function run(command: string, stdin: string, cwd: string): Promise<Answer> {
  const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`, CLAUDE_PLUGIN_ROOT: ROOT };
  return new Promise((resolve) => {
    const child = execFile("bash", ["--noprofile", "--norc", "-c", command], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

/** Why it asks. */
function reasonIn({ code, stdout, stderr }: Answer): string {
  assert.deepEqual([code, stderr], [0, ""]);
  const { hookSpecificOutput: said } = JSON.parse(stdout) as { hookSpecificOutput: Record<string, string> };
  assert.deepEqual([said["hookEventName"], said["permissionDecision"]], ["PreToolUse", "ask"]);
  return said["permissionDecisionReason"] ?? "";
}

/** Put together here, so that nobody takes this file for a leak. */
const letters = (size: number): string =>
  Array.from({ length: size }, (_, at) => "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z"[(at * 7 + 3) % 31]).join("");
const AWS = ["AKIA", "QYLPMN5HFPZAM2XK"].join("");
const SECRETS: Readonly<Record<string, string>> = {
  "an AWS access key": AWS,
  "a GitHub token": `ghp_${letters(36)}`,
  "a Slack token": `xoxb-${letters(30)}`,
  "a Stripe key": `sk_live_${letters(24)}`,
  "an Anthropic key": `sk-ant-api03-${letters(80)}`,
  "an npm token": `npm_${letters(36)}`,
  "a private key": `-----BEGIN RSA PRIVATE KEY-----\n${letters(64)}\n`,
  "a password in an address": `postgres://app:${letters(20)}@db.internal.corp/app`,
  "a value that is called a secret": `const apiKey = "${letters(32)}";`,
};

describe("a secret that would come into a file is asked about", () => {
  test.each(Object.entries(SECRETS))("%s, without being repeated", async (kind, secret) => {
    const reason = reasonIn(await fire("Write", { file_path: "/p/src/config.ts", content: `one\n${secret}\n` }));
    assert.match(reason, new RegExp(`/p/src/config\\.ts would hold ${kind} \\(`));
    assert.ok(!reason.includes(letters(12)) && !reason.includes(AWS));
  });

  test.each<[string, JsonObject]>([
    ["Edit", { file_path: "/p/a.ts", old_string: "x", new_string: AWS }],
    [
      "MultiEdit",
      {
        file_path: "/p/a.ts",
        edits: [
          { old_string: "x", new_string: "y" },
          { old_string: "z", new_string: AWS },
        ],
      },
    ],
    ["NotebookEdit", { notebook_path: "/p/a.ipynb", new_source: AWS }],
    ["Bash", { command: `cat > a.ts <<'END'\nconst key = "${AWS}";\nEND` }],
    ["Bash", { command: `echo ${AWS} | tee a.txt` }],
  ])("also by %s", async (tool, input) => {
    assert.match(reasonIn(await fire(tool, input)), /an AWS access key/);
  });

  test("also by the name of a variable, where its value is random", async () => {
    assert.match(
      reasonIn(await fire("Write", { file_path: "/p/deploy.sh", content: `export DB_PASSWORD=${letters(24)}\n` })),
      /called a secret/,
    );
  });
});

describe("no secret, and no alarm:", () => {
  test.each([
    ["the example of the documentation", "AKIAIOSFODNN7EXAMPLE"],
    ["a placeholder", 'apiKey: "your-api-key-goes-here-12345"'],
    ["a value from the environment", 'const token = process.env.API_TOKEN_1 ?? "";'],
    ["a template", 'password: "${{ secrets.DB_PASSWORD_1 }}"'],
    ["a name", 'const tokenHeader = { token: "x-request-token-header" };'],
    ["a member of something", 'secret: "config.secrets.database2.password"'],
    ["an id", 'tokenId = "123e4567-e89b-42d3-a456-426614174000"'],
    [
      "the sum of a package",
      '"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=="',
    ],
    ["an address of this machine", "postgres://postgres:Xk29sLq0Zpw1@localhost:5432/dev"],
    ["a hash of git", "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"],
    ["a check of a password", 'if (password === "") throw new Error("The password must have 12 characters");'],
  ])("%s", async (_, content) => {
    assert.deepEqual(await fire("Write", { file_path: "/p/src/a.ts", content }), SILENT);
  });

  test("what a test or a guide shows, where only randomness speaks for it", async () => {
    const content = `const apiKey = "${letters(32)}";`;
    for (const file of ["/p/test/a.ts", "/p/src/a.test.ts", "/p/docs/api.md"])
      assert.deepEqual(await fire("Write", { file_path: file, content }), SILENT);
  });

  test("what is meant to hold secrets, and what held this one before", async () => {
    await using home = await temporaryHome();
    const file = join(home.path, "config.ts");
    await writeFile(file, `key("${AWS}")`);
    assert.deepEqual(await fire("Write", { file_path: file, content: `// moved\nkey("${AWS}")` }), SILENT);
    assert.deepEqual(await fire("Write", { file_path: "/p/.env.local", content: `KEY=${AWS}` }), SILENT);
    assert.match(reasonIn(await fire("Write", { file_path: "/p/.env.example", content: `KEY=${AWS}` })), /AWS/);
  });

  test("a payload that is none, or lacks what is expected", async () => {
    for (const stdin of ["", "no JSON", "null", "[]", '{"tool_input":null}', '{"tool_input":{"command":7,"content":{}}}'])
      for (const tool of ["Write", "Bash"]) assert.deepEqual(await run(await hookOf(tool), stdin, "/"), SILENT, `${tool}: ${stdin}`);
  });
});

describe("a commit", () => {
  type Files = Readonly<Record<string, string>>;
  type Repository = AsyncDisposable & { readonly path: string; git(...args: readonly string[]): string; put(files: Files): Promise<void> };

  async function repository(files: Files): Promise<Repository> {
    const home = await temporaryHome();
    const env = { PATH: process.env["PATH"], HOME: home.path, GIT_CONFIG_NOSYSTEM: "1" };
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-C", home.path, "-c", "user.name=a", "-c", "user.email=a@b.c", ...args], { env, encoding: "utf8" });
    git("init", "-q");
    const put = async (all: Files): Promise<void> => {
      for (const [name, content] of Object.entries(all)) {
        await mkdir(dirname(join(home.path, name)), { recursive: true });
        await writeFile(join(home.path, name), content);
      }
    };
    await put(files);
    git("add", "-A");
    git("commit", "-q", "-m", "first", "--allow-empty");
    return { path: home.path, git, put, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
  }
  const commit = 'git commit -m "add it"';

  test("with a secret among its staged lines is asked about, by file and kind", async () => {
    await using repo = await repository({ "src/a.ts": "old\n" });
    await repo.put({ "src/a.ts": `old\nkey("${AWS}")\n` });
    assert.deepEqual(await fire("Bash", { command: commit }, repo.path), SILENT, "it isn't staged");
    repo.git("add", "src/a.ts");
    assert.match(
      reasonIn(await fire("Bash", { command: commit }, repo.path)),
      /src\/a\.ts would be committed with an AWS access key \(AKIA…, 20 characters\)/,
    );
  });

  test.each(["git commit -am x", "git add . && git commit -m x", "git add src && git -c a.b=c commit", "git commit -m x src/a.ts"])(
    "that stages first is seen as it will be: %s",
    async (command) => {
      await using repo = await repository({ "src/a.ts": "old\n" });
      await repo.put({ "src/a.ts": `key("${AWS}")\n` });
      assert.match(reasonIn(await fire("Bash", { command }, repo.path)), /AWS/);
    },
  );

  test("that adds a file made for secrets is asked about, unless git leaves it out", async () => {
    await using repo = await repository({ "a.ts": "" });
    await repo.put({ ".env": "A=1\n", "keys/id_ed25519": "x" });
    const reason = reasonIn(await fire("Bash", { command: "git add -A && git commit -m x" }, repo.path));
    assert.match(reason, /\.env is a file that holds secrets.*keys\/id_ed25519 is/);
    await repo.put({ ".gitignore": ".env\nkeys/\n" });
    assert.deepEqual(await fire("Bash", { command: "git add -A && git commit -m x" }, repo.path), SILENT);
  });

  test("elsewhere, by -C or cd, is looked at there", async () => {
    await using repo = await repository({ "a.ts": "" });
    await repo.put({ "ä b.ts": `key("${AWS}")\n` });
    repo.git("add", "-A");
    for (const command of [`git -C '${repo.path}' commit -m x`, `cd "${repo.path}" && ${commit}`])
      assert.match(reasonIn(await fire("Bash", { command }, "/")), /ä b\.ts would be committed/);
  });

  test("that takes a secret out, is the first of all, or isn't in a repository is none", async () => {
    await using repo = await repository({ "a.ts": `key("${AWS}")\n` });
    await repo.put({ "a.ts": "key(env.KEY)\n" });
    repo.git("add", "-A");
    assert.deepEqual(await fire("Bash", { command: commit }, repo.path), SILENT);
    await using home = await temporaryHome();
    assert.deepEqual(await fire("Bash", { command: commit }, home.path), SILENT);
    execFileSync("git", ["init", "-q", home.path]);
    await writeFile(join(home.path, "a.ts"), `key("${AWS}")\n`);
    assert.match(reasonIn(await fire("Bash", { command: `git add a.ts; ${commit}` }, home.path)), /AWS/);
  });
});

describe("a command that can't be taken back is asked about", () => {
  test.each([
    ["rm -rf src", /deletes src with all that is in it/],
    ["rm -r -f ./lib tests/ node_modules", /deletes \.\/lib, tests\/ with/],
    ["cd build && rm -f *", /every file here/],
    ["sudo git -C /x reset --hard HEAD~1", /aren't committed/],
    ["git checkout -- src/a.ts", /aren't committed/],
    ["git clean -fdx", /git doesn't know/],
    ["git push origin +main", /what others have/],
    ["git push origin :old", /what others have/],
    ["git branch -D topic", /may not be merged/],
    ["find . -name '*.o' -exec rm -rf {} \\;", /deletes \{\}/],
    ["find . -print0 | xargs -0 rm -rf", /whatever it is handed/],
    [`bash -lc "git push --force"`, /what others have/],
    [`echo "done: $(git stash clear)"`, /stashed/],
    ["psql app <<SQL\nDROP TABLE users;\nSQL", /drops a part/],
    ["mysql -e 'delete from users;'", /every row/],
    ["terraform -chdir=prod destroy", /infrastructure/],
    ["kubectl -n prod delete pod web-1", /cluster/],
    ["docker compose -f a.yml down -v", /volumes/],
    ["npx prisma migrate reset", /empties the database/],
    ["if true; then FOO=1 timeout 5 rm -rf data; fi", /deletes data/],
  ])("%s", async (command, words) => {
    assert.match(reasonIn(await fire("Bash", { command })), words);
  });

  test.each([
    ["what a build makes again", "rm -rf node_modules packages/a/dist ./coverage/ /tmp/scratch"],
    ["a single file", "rm a.txt 'b c.txt'"],
    ["words in a message", `git commit -m "git reset --hard; rm -rf /"`],
    ["words in a file that is written", "cat > notes.md <<'END'\nrm -rf src\ngit push --force\nEND"],
    ["words that are searched for", "grep -rn 'DROP TABLE' src | head; git log --grep 'reset --hard'"],
    ["a comment", "ls # rm -rf src"],
    ["everyday git", "git checkout main && git pull && git push -u origin feature-fix && git restore --staged a && git reset HEAD~1"],
    ["a push that notices others", "git push --force-with-lease"],
    ["a trial", "git clean -nd; terraform plan; kubectl get pods"],
    ["one row", 'psql -c "update users set a=1 where id=2; delete from users where id=3"'],
    ["another language", "python3 -c \"import shutil; print('rm -rf /')\""],
  ])("%s isn't", async (_, command) => {
    assert.deepEqual(await fire("Bash", { command }), SILENT);
  });
});
