/** What a hook finds in its environment. Rule: values travel by name; none of them is ever put into shell text. */
import { sep } from "node:path";
import type { Hook } from "@keelson/protocol";
import type { Site } from "./ran.ts";

/** `envFile`: where it may leave lines for later shells. */
export function environmentOf({ hook, payload, ports }: Site, envFile: string | undefined): Readonly<Record<string, string>> {
  const { effort } = payload;
  const level = typeof effort === "object" && effort !== null && "level" in effort ? effort.level : undefined;
  return {
    ...ports.env,
    ...placesOf(hook, ports.projectDir, payload.cwd),
    ...Object.fromEntries(Object.entries(hook.origin.options ?? {}).map(([key, value]) => [optionName(key), value])),
    CLAUDE_CODE_SESSION_ID: payload.session_id,
    CLAUDE_SESSION_ID: payload.session_id,
    KEEL_SESSION_ID: payload.session_id,
    ...(typeof level === "string" && { CLAUDE_EFFORT: level }),
    ...(envFile !== undefined && { CLAUDE_ENV_FILE: envFile }),
  };
}

/** In the exec form each argument is one, so that values may be put in: nothing reads them as text again. */
export function fillIn(argument: string, { hook, payload, ports }: Site): string {
  const places = placesOf(hook, ports.projectDir, payload.cwd);
  return argument.replace(/\$\{(user_config\.)?([^{}]+)\}/g, (whole, option: string | undefined, name: string) => {
    if (name === "/") return sep;
    const known = option === undefined ? places : (hook.origin.options ?? {});
    return Object.hasOwn(known, name) ? (known[name] ?? whole) : whole;
  });
}

function placesOf({ origin, dialect }: Hook, projectDir: string, cwd: string): Readonly<Record<string, string>> {
  const { root, data, skillDir } = origin;
  return {
    CLAUDE_PROJECT_DIR: projectDir,
    KEEL_PROJECT_DIR: projectDir,
    ...(skillDir !== undefined && { CLAUDE_SKILL_DIR: skillDir }),
    ...(root !== undefined && { CLAUDE_PLUGIN_ROOT: root, PLUGIN_ROOT: root }),
    ...(data !== undefined && { CLAUDE_PLUGIN_DATA: data, PLUGIN_DATA: data }),
    ...(dialect === "gemini" && {
      GEMINI_PROJECT_DIR: projectDir,
      GEMINI_CWD: cwd,
      workspacePath: projectDir,
      ...(root !== undefined && { extensionPath: root }),
    }),
    ...(dialect === "cursor" && { CURSOR_PROJECT_DIR: projectDir, ...(root !== undefined && { CURSOR_PLUGIN_ROOT: root }) }),
  };
}

const optionName = (key: string): string => `CLAUDE_PLUGIN_OPTION_${key.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
