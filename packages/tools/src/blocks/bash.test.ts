import { strict as assert } from "node:assert";
import { mkdir, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "vitest";
import { oddSeconds, running, started } from "../../test/processes.ts";
import { dataOf, openWorld, type World } from "../../test/world.ts";
import { scrub } from "../process/scrub.ts";
import type { BlockKit } from "./kit.ts";

const bash = async (world: World, command: string): Promise<string> => (await world.call("Bash", { command })).text;

/** Whatever holds for a command holds in both. */
describe.each([
  ["a shell that starts for its command", false],
  ["a shell that has waited for it", true],
])("%s", (_, warm) => {
  const open = (more: Partial<BlockKit> = {}): Promise<World> => openWorld(more, { warm });

  describe("what runs is what was judged, byte for byte", () => {
    test.each([
      ["quotes", `printf '%s' "it's" '"so"'`, `it's"so"`],
      ["newlines", "printf a\nprintf b\n", "ab"],
      ["dollars", "x='$HOME $(id) `id`'; printf '%s' \"$x\"", "$HOME $(id) `id`"],
      ["backslashes", `printf '%s' '\\n\\\\'`, "\\n\\\\"],
      ["characters", "printf '%s' 'ä€😀'", "ä€😀"],
      ["a here-document", "cat <<'END'\n$x 'y' \"z\"\nEND\n", `$x 'y' "z"`],
      ["no arguments of ours", 'printf "%s" "$#" "$@"', "0"],
      ["comments at the end", "printf a # b", "a"],
    ])("%s", async (_, command, printed) => {
      await using world = await open();
      const bound = world.bind("Bash", { command });
      assert.ok(bound.ok);
      assert.deepEqual(bound.call.effects, [{ do: "shell", text: command, cwd: world.cwd }]);
      assert.equal(await bash(world, command), printed);
    });

    test("every character there is", async () => {
      await using world = await open();
      const all = Array.from({ length: 0x800 }, (_, code) => String.fromCodePoint(code)).filter((sign) => sign !== "\0" && sign !== "'");
      const words = `${all.join("")}\u2028\ufffd\u{10ffff}\n\n`;
      await bash(world, `printf %s '${words}' > printed`);
      assert.equal(await readFile(join(world.cwd, "printed"), "utf8"), words);
    });

    test("in a shell like any other: its name, its flags, its clock, and no past", async () => {
      await using world = await open();
      const shown = 'echo "$0 $- $# $SECONDS ${OLDPWD-none} ${LC_ALL-none} ${__keel:0:4}"';
      assert.equal(await bash(world, shown), "bash hBc 0 0 none none echo");
    });

    test("whose clock begins with the command", async () => {
      await using world = await open({ env: { ...scrub(process.env, process.platform), SECONDS: "100" } });
      assert.equal(await bash(world, "echo $SECONDS"), "0");
    });

    test("without a file of the user's running before it", async () => {
      await using world = await open();
      await writeFile(join(world.kit.home, ".bashrc"), "echo never\n");
      await using other = await openWorld({ ...world.kit, env: { ...world.kit.env, HOME: world.kit.home } }, { warm });
      assert.equal(await bash(other, "echo here"), "here");
    });

    test("and isn't seen among the arguments of its own shell", async () => {
      await using world = await open();
      const word = `needle${oddSeconds()}`;
      assert.equal(await bash(world, `: ${word}; tr '\\0' '\\n' < /proc/$$/cmdline | grep -c ${word}`), "0\n[exit code 1]");
    });

    test("a dash at the beginning is a command like others", async () => {
      await using world = await open();
      assert.match(await bash(world, "-c 'echo x'"), /bash: line 1: -c: command not found\n\[exit code 127\]/);
    });

    test("lines are counted from the command's first", async () => {
      await using world = await open();
      assert.match(await bash(world, "true\nnosuchprogram"), /^bash: line 2: nosuchprogram/);
    });

    test.each([
      ["a NUL byte", "echo a\0b"],
      ["half a character", "echo \ud800"],
      ["more than the system takes", `: ${"x".repeat(140_000)}`],
      ["nothing", ""],
    ])("%s is refused", async (_, command) => {
      await using world = await open();
      assert.equal(world.bind("Bash", { command }).ok, false);
    });

    test("as much as the system takes runs", async () => {
      await using world = await open();
      const command = `: ${"x".repeat(128 * 1024 - 3)}`;
      assert.deepEqual([command.length, await bash(world, command)], [128 * 1024 - 1, "(no output)"]);
    });

    test("a command that was judged for another folder doesn't run", async () => {
      await using world = await open();
      await mkdir(join(world.cwd, "sub"));
      const late = world.bind("Bash", { command: "touch done" });
      assert.ok(late.ok && late.call.effects.length === 1);
      await bash(world, "cd sub");
      const ctx = { callId: "c", session: "s", cwd: world.cwd, signal: new AbortController().signal };
      const step = await late.call.run(ctx).next();
      assert.ok(step.done && step.value.isError);
      assert.deepEqual(await readdir(join(world.cwd, "sub")), []);
    });

    test("a command of the same reply is judged where the one before it has left the shell", async () => {
      await using world = await open();
      await mkdir(join(world.cwd, "sub"));
      const late = world.bind("Bash", { command: "pwd" });
      await bash(world, "cd sub");
      assert.ok(late.ok);
      assert.deepEqual(late.call.effects, [{ do: "shell", text: "pwd", cwd: join(world.cwd, "sub") }]);
    });
  });

  describe("how it ended", () => {
    test("well: what it printed, as it came, and the streams apart", async () => {
      await using world = await open();
      const answer = await world.call("Bash", {
        command: "echo one; sleep 0.05; echo two >&2; sleep 0.05; echo three",
        description: "count",
      });
      assert.deepEqual([answer.text, answer.isError, answer.progress], ["one\ntwo\nthree", false, "one\ntwo\nthree\n"]);
      assert.deepEqual(dataOf(answer), { stdout: "one\nthree\n", stderr: "two\n", interrupted: false, isImage: false, exitCode: 0 });
    });

    test.each([
      ["with an exit code", "echo a; exit 3", "a\n[exit code 3]"],
      ["with nothing to say", "false", "(no output)\n[exit code 1]"],
      ["by a signal", "kill -9 $$", "(no output)\n[ended by the signal SIGKILL]"],
      ["by set -e", "set -e; false; echo no", "(no output)\n[exit code 1]"],
    ])("badly: %s", async (_, command, shown) => {
      await using world = await open();
      const { text, isError } = await world.call("Bash", { command });
      assert.deepEqual([text, isError], [shown, true]);
    });

    test("because its time was over, with all that it had started", async () => {
      await using world = await open();
      const seconds = oddSeconds();
      const answer = await world.call("Bash", { command: `echo before; sleep ${seconds} & sleep ${seconds}`, timeout: "200" });
      assert.match(answer.text, /^before\n\[ended after its time of 0\.2 seconds/);
      assert.deepEqual([answer.isError, dataOf(answer)["interrupted"], running(seconds)], [true, true, []]);
    });

    test("because the user interrupted: what was printed until then is told", async () => {
      await using world = await open();
      const seconds = oddSeconds();
      const stop = new AbortController();
      const bound = world.bind("Bash", { command: `echo before; sleep ${seconds}` });
      assert.ok(bound.ok);
      const call = bound.call.run({ callId: "c", session: "s", cwd: world.cwd, signal: stop.signal });
      assert.deepEqual(await call.next(), { done: false, value: { type: "progress", text: "before\n" } });
      await started(seconds);
      stop.abort();
      const step = await call.next();
      assert.ok(step.done);
      assert.deepEqual(step.value.content, [{ type: "text", text: "before\n[interrupted by the user]" }]);
      assert.deepEqual(running(seconds), []);
    });

    test("because nobody reads any more: nothing is left", async () => {
      await using world = await open();
      const seconds = oddSeconds();
      const bound = world.bind("Bash", { command: `echo before; sleep ${seconds}` });
      assert.ok(bound.ok);
      const call = bound.call.run({ callId: "c", session: "s", cwd: world.cwd, signal: new AbortController().signal });
      await call.next();
      await started(seconds);
      await call.return({ content: [] });
      assert.deepEqual(running(seconds), []);
    });

    test("with something still running, which is named", async () => {
      await using world = await open();
      const seconds = oddSeconds();
      const text = await bash(world, `sleep ${seconds} >/dev/null 2>&1 & echo started`);
      await started(seconds);
      const [sleeper = 0] = running(seconds);
      assert.equal(text, `started\n[still running: ${sleeper}]`);
      process.kill(sleeper);
    });

    test("never, on a machine without bash", async () => {
      await using world = await open({ env: { PATH: "/keel/nowhere" } });
      const { text, isError } = await world.call("Bash", { command: "echo" });
      assert.ok(isError);
      assert.match(text, /no program "bash"/);
    });
  });

  describe("where the shell stands", () => {
    test("is kept from one command to the next, however it ends, and shown when it changes", async () => {
      await using world = await open();
      await mkdir(join(world.cwd, "a b/c"), { recursive: true });
      assert.equal(await bash(world, "cd 'a b'"), `(no output)\n[now in ${join(world.cwd, "a b")}]`);
      assert.equal(await bash(world, "cd c; exit 2"), `(no output)\n[exit code 2]\n[now in ${join(world.cwd, "a b/c")}]`);
      assert.equal(await bash(world, "pwd"), join(world.cwd, "a b/c"));
      assert.equal(await bash(world, "trap 'echo bye' EXIT; cd .."), `bye\n[now in ${join(world.cwd, "a b")}]`);
      assert.match(await bash(world, "(cd /); cd /nowhere"), /\[exit code 1\]$/);
      assert.equal(await bash(world, "pwd"), join(world.cwd, "a b"));
    });

    test("stays within the session's folders", async () => {
      await using world = await open();
      await symlink("/usr", join(world.cwd, "usr"));
      assert.equal(await bash(world, "cd /; pwd"), `/\n[the shell stays in ${world.cwd}: / is outside of the session's folders]`);
      assert.match(await bash(world, "cd usr"), /stays in .*: \/usr is outside/);
      assert.equal(await bash(world, "pwd"), world.cwd);
    });

    test("may be any of them, and is spelled as the session spells it", async () => {
      await using world = await open();
      await using other = await open();
      const link = join(world.kit.home, "link");
      await symlink(world.cwd, link);
      await mkdir(join(world.cwd, "sub"));
      const kit = { ...world.kit, shell: { cwd: link }, roots: () => [link, other.cwd] };
      await using linked = await open(kit);
      assert.equal(await bash(linked, "pwd"), link);
      assert.equal(await bash(linked, "cd sub"), `(no output)\n[now in ${join(link, "sub")}]`);
      assert.equal(await bash(linked, `cd '${other.cwd}'`), `(no output)\n[now in ${other.cwd}]`);
      assert.equal(await realpath(kit.shell.cwd), await realpath(other.cwd));
    });

    test("is the session's own folder when it was deleted", async () => {
      await using world = await open();
      await mkdir(join(world.cwd, "sub"));
      await bash(world, "cd sub");
      await rm(join(world.cwd, "sub"), { recursive: true });
      const bound = world.bind("Bash", { command: "pwd" });
      assert.ok(bound.ok);
      assert.deepEqual(bound.call.effects, [{ do: "shell", text: "pwd", cwd: world.cwd }]);
      assert.equal(await bash(world, "pwd"), `${world.cwd}\n[${join(world.cwd, "sub")} doesn't exist any more: this ran in ${world.cwd}]`);
      assert.equal(await bash(world, "pwd"), world.cwd);
    });

    test("can't be forged by what a command prints", async () => {
      await using world = await open();
      await mkdir(join(world.cwd, "sub"));
      assert.match(await bash(world, `printf '${world.cwd}/sub\\0\\0' >&3; printf '${world.cwd}/sub\\0\\0' >&87`), /Bad file descriptor/);
      assert.equal(await bash(world, "pwd"), world.cwd);
    });
  });

  describe("the environment of a command", () => {
    test("has no key of a provider", async () => {
      const env = scrub({ ...process.env, ANTHROPIC_API_KEY: "sk-secret", MY_TOKEN: "sk-secret" }, process.platform);
      await using world = await open({ env });
      assert.ok(!(await bash(world, "env; cat /proc/self/environ")).includes("sk-secret"));
    });

    test("lets nothing wait for an answer: git commits without an editor and shows without a pager", async () => {
      await using world = await open();
      const who = "-c user.name=n -c user.email=e@x";
      const text = await bash(
        world,
        `git init -q && git ${who} commit -q --allow-empty -m a && git ${who} commit -q --amend --allow-empty && git log --format=%s`,
      );
      assert.equal(text, "a");
      assert.match(await bash(world, "read -r answer; echo code $?; test -t 0 || echo no terminal"), /code 1\nno terminal/);
    });
  });

  describe("a long output", () => {
    test("shows its head and its tail, and the file of the rest can be read and searched", async () => {
      await using world = await open();
      const { text } = await world.call("Bash", { command: "seq 1 20000" });
      assert.ok(text.length < 31_000);
      assert.match(text, /^1\n2\n3\n[^]*\n\[… \d+ characters left out: the whole is in \S+\]\n[^]*\n20000$/);
      const [, file = ""] = /the whole is in (\S+)\]/.exec(text) ?? [];
      assert.equal((await world.call("Read", { file_path: file, offset: 10_000, limit: 1 })).text.split("\n")[0], " 10000\t10000");
      assert.equal((await world.call("Grep", { pattern: "^12345$", path: file, output_mode: "count" })).text, `${file}:1`);
    });

    test("without end is ended with its time", async () => {
      await using world = await open();
      const answer = await world.call("Bash", { command: "yes", timeout: 150 });
      assert.match(answer.text, /^y\ny\n[^]*characters left out[^]*y\n\[ended after its time/);
      assert.ok(JSON.stringify(answer.output.data).length < 100_000);
    });

    test("that can't be kept on disk is shown all the same", async () => {
      await using world = await open();
      await writeFile(world.kit.spillDir, "in the way");
      assert.match(await bash(world, "seq 1 20000"), /characters left out: the rest could not be kept/);
      assert.equal(await readFile(world.kit.spillDir, "utf8"), "in the way");
    });

    test("that is binary is told by its size", async () => {
      await using world = await open();
      const { text, progress } = await world.call("Bash", { command: "head -c 100000 /dev/urandom" });
      assert.match(text, /^\[binary output, 97\.7 KiB: the whole is in \S+\]$/);
      assert.equal(progress, "");
    });

    test("carries no escape sequences", async () => {
      await using world = await open();
      const { text, progress } = await world.call("Bash", { command: "printf '\\e[31mred\\e[0m \\e]52;c;eA==\\a10%%\\r20%%\\n'" });
      assert.deepEqual([text, progress], ["20%", "20%\n"]);
    });
  });
});
