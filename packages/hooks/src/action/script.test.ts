import { describe, expect, test } from "vitest";
import { scriptOf, scriptSaidGone } from "./script.ts";

const ENV = { CLAUDE_PLUGIN_ROOT: "/p q", HOME: "/h" };
const of = (command: string): string | undefined => scriptOf({ command }, ENV, "/cwd");

describe("the script that a command starts", () => {
  test.each([
    ["python3 gone.py", "/cwd/gone.py"],
    [`python3 "\${CLAUDE_PLUGIN_ROOT}/hooks/x.py" --flag`, "/p q/hooks/x.py"],
    [`"$CLAUDE_PLUGIN_ROOT"/hooks/x.sh`, "/p q/hooks/x.sh"],
    ["bash -e ./x.sh", "/cwd/x.sh"],
    ["A=1 B=2 node x.mjs && echo", "/cwd/x.mjs"],
    ["/usr/bin/python3.11 -u /a/b.py", "/a/b.py"],
    ["sh '$x/y.sh'", "/cwd/$x/y.sh"],
    ["~/.keel/hooks/x.sh --flag", "/h/.keel/hooks/x.sh"],
    ["bash ~/x.sh", "/h/x.sh"],
    ["'~/x.sh'", "/cwd/~/x.sh"],
  ])("%s", (command, path) => {
    expect(of(command)).toBe(path);
  });

  test.each([
    `node -e "process.exit(2) // a/b"`,
    "python3 -c 'import os/x'",
    "python3 -m pkg",
    "bash -c 'exit 2'",
    "bun run build",
    "cd /x && python3 gone.py",
    "[ -f x/y ] && node x/y.js",
    "echo a/b",
    `python3 "\${UNSET}/x.py"`,
    `python3 $(pwd)/x.py`,
    "ruby -e 'exit 2 # a/b'",
    "~other/x.sh",
    "",
  ])("isn't told by: %s", (command) => {
    expect(of(command)).toBe(undefined);
  });

  test("in the exec form is the first argument, as it is", () => {
    expect(scriptOf({ command: "node", args: ["/a b/x.mjs", "y"] }, ENV, "/cwd")).toBe("/a b/x.mjs");
  });
});

test("Python's word counts only for a script that the command names", () => {
  const gone = (path: string): string => `python3: can't open file '${path}': [Errno 2] No such file or directory\n`;
  expect(scriptSaidGone(gone("/x/gone.py"), { command: "cd /x && python3 gone.py" })).toBe("/x/gone.py");
  expect(scriptSaidGone(gone("/x/other.py"), { command: "cd /x && python3 guard.py" })).toBe(undefined);
  expect(scriptSaidGone(`denied: ${gone("/x/guard.py")}`, { command: "python3 guard.py" })).toBe(undefined);
});
