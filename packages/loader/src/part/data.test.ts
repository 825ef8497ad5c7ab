import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { read, text, write } from "../../test/sample.ts";
import { readPlugin } from "../plugin.ts";

const CLAUDE = ".claude-plugin/plugin.json";

test("hooks in every shape that is out there: what can be meant is, and the rest is said", async () => {
  const run = { type: "command", command: "true" };
  const events = {
    PreToolUse: [
      { matcher: "Bash", hooks: [run, { type: "http", url: "https://x" }], id: "i" },
      { matcher: "Write(docs/**)", hooks: [{ ...run, timeout: 5000 }] },
    ],
    Stop: { hooks: [{ command: "stop" }] },
    SessionStart: [{ type: "command", command: "start", timeout: 5 }],
    postToolUse: [{ hooks: [run] }],
    Setup: [{ hooks: [{ type: "script" }, {}] }, {}, 3],
    Notification: [],
  };
  const shapes = await read({
    [CLAUDE]: { name: "p", hooks: ["./hooks/hooks.json", { SubagentStop: [{ hooks: [run] }] }] },
    "hooks/hooks.json": { description: "d", hooks: events },
  });
  assert.deepEqual(
    shapes.plugin.hooks.map(({ event, matcher, handler, timeoutS, group, line }) => [
      event,
      matcher,
      handler["type"],
      timeoutS,
      group,
      line,
    ]),
    [
      ["PreToolUse", "Bash", "command", undefined, { id: "i" }, 8],
      ["PreToolUse", "Bash", "http", undefined, { id: "i" }, 12],
      ["PreToolUse", "Write(docs/**)", "command", 600, undefined, 22],
      ["Stop", undefined, "command", undefined, undefined, 32],
      ["SessionStart", undefined, "command", 5, undefined, 38],
      ["SubagentStop", undefined, "command", undefined, undefined, 9],
    ],
  );
  assert.deepEqual(
    shapes.said.map((line) => line.replace(" hooks/hooks.json", "")),
    [
      "warning hook_matcher:20",
      "warning hook_timeout:22",
      "warning hooks_shape:30",
      "warning hook_event_unknown:44",
      "error hook_invalid:57",
      "error hook_invalid:60",
      "warning hooks_shape:63",
      "warning hooks_shape:64",
    ],
  );
  for (const none of ["[]", '{"hooks": []}', "{}"]) assert.deepEqual((await read({ "hooks/hooks.json": none })).read.problems, []);
  const bad = await read({ "hooks/hooks.json": '{\n "hooks": {\n', "commands/a.md": "a" });
  assert.deepEqual([bad.plugin.commands.length, bad.said], [1, ["error json_invalid hooks/hooks.json:3"]]);
});

test("events of other hosts have our names, their milliseconds our seconds", async () => {
  const hooks = {
    hooks: { BeforeTool: [{ matcher: "run", hooks: [{ type: "command", command: "x", timeout: 5000 }] }], AfterModel: [{ hooks: [] }] },
  };
  const { plugin, said } = await read({ "gemini-extension.json": { name: "g" }, "hooks/hooks.json": hooks });
  const [hook] = plugin.hooks;
  assert.deepEqual(
    [hook?.event, hook?.calledEvent, hook?.timeoutS, hook?.dialect, said],
    ["PreToolUse", "BeforeTool", 5, "gemini", ["warning hook_event_unknown hooks/hooks.json:15"]],
  );
  const cursor = await read({
    ".cursor-plugin/plugin.json": { name: "c" },
    "hooks/hooks.json": { version: 1, hooks: { beforeShellExecution: [{ command: "./x.sh" }] } },
  });
  assert.deepEqual(
    cursor.plugin.hooks.map(({ event, matcher, dialect }) => [event, matcher, dialect]),
    [["PreToolUse", "Bash", "cursor"]],
  );
});

test("a hook whose script is missing or may not be run is declared all the same, and said", async () => {
  await using home = await temporaryHome();
  const command = (path: string): Json => ({ hooks: [{ type: "command", command: path }] });
  await write(home.path, {
    "hooks/hooks.json": {
      hooks: {
        Stop: [
          command("python3 ${CLAUDE_PLUGIN_ROOT}/gone.py"),
          command('"${CLAUDE_PLUGIN_ROOT}"/run.sh'),
          command("bash ${CLAUDE_PLUGIN_ROOT}/run.sh"),
        ],
      },
    },
    "run.sh": "#!/bin/sh\n",
  });
  const first = await readPlugin(home.path);
  assert.deepEqual([first.plugin?.hooks.length, first.problems.map(({ code }) => code)], [3, ["hook_script_missing", "hook_script_mode"]]);
  await chmod(join(home.path, "run.sh"), 0o755);
  assert.deepEqual(
    (await readPlugin(home.path)).problems.map(({ code }) => code),
    ["hook_script_missing"],
  );
});

test("servers wrapped or bare, by every word for their transport; a bad one costs itself", async () => {
  const servers = {
    plain: { command: "node", args: ["x"] },
    web: { type: "streamable-http", url: "https://x" },
    old: { type: "sse", url: "https://x" },
    untyped: { url: "https://x" },
    empty: {},
    workspace: { command: "x" },
    odd: { type: "carrier", url: "x" },
  };
  for (const content of [servers, { mcpServers: servers }]) {
    const { plugin, said } = await read({
      ".mcp.json": content,
      [CLAUDE]: { name: "p", mcpServers: { web: { type: "http", url: "https://y" } } },
    });
    assert.deepEqual(
      plugin.mcpServers.map(({ name, transport }) => [name, transport]),
      [
        ["plain", "stdio"],
        ["web", "http"],
        ["old", "sse"],
      ],
    );
    assert.equal(plugin.mcpServers[1]?.config["url"], "https://y");
    assert.deepEqual(
      said.map((line) => line.split(" ")[1]),
      ["url_missing_type", "mcp_invalid", "mcp_reserved", "mcp_type"],
    );
  }
  const gemini = await read({
    "gemini-extension.json": { name: "g", mcpServers: { a: { httpUrl: "https://x" }, b: { url: "https://x" } } },
  });
  assert.deepEqual(
    gemini.plugin.mcpServers.map(({ transport }) => transport),
    ["http", "http"],
  );
});

test("language servers, monitors, styles, rules, tool files and programs", async () => {
  const { plugin, said } = await read(
    {
      "lsp.json": {
        ts: { command: "tsls", extensionToLanguage: { ".ts": "typescript" } },
        bad: { command: "x" },
        cs: { command: "y", fileExtensions: { ".cs": "csharp" } },
      },
      "monitors/monitors.json": [{ name: "log", command: "tail -f x" }, { name: "x" }],
      "output-styles/brief.md": text("description: Short.\nkeep-coding-instructions: true"),
      "rules/web/css.md": text("paths: [a.css, b.css]"),
      "rules/all.md": "Always.",
      "tools/t.js": "export default () => [];",
      "tools/script.js": "export {}",
      "tools/t.txt": "",
      "bin/x": "",
      "KEEL.md": "Be kind.",
    },
    ".keel",
  );
  assert.deepEqual(
    plugin.lspServers.map(({ name }) => name),
    ["ts", "cs"],
  );
  assert.deepEqual(
    plugin.monitors.map(({ name, when }) => [name, when]),
    [["log", "always"]],
  );
  assert.deepEqual(
    plugin.outputStyles.map(({ name, keepsCoding, forced }) => [name, keepsCoding, forced]),
    [["brief", true, false]],
  );
  assert.deepEqual(
    plugin.rules.map(({ name, paths }) => [name, paths]),
    [
      ["all", undefined],
      ["css", ["a.css", "b.css"]],
    ],
  );
  assert.deepEqual([plugin.toolFiles.length, plugin.programs.length, plugin.instructions.length], [1, 1, 1]);
  assert.deepEqual(said, ["error lsp_invalid lsp.json:8", "error monitor_invalid monitors/monitors.json:6"]);
});
