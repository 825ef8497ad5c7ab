/**
 * A command in a TOML file: `prompt` and `description`. Rule: the strings and comments of TOML 1.0 at the top of the file, and nothing
 * else of it; what more stands there isn't a command's.
 */
import { readFileSync, statSync } from "node:fs";
import type { Problem, SkillDecl } from "@keelson/protocol";
import { fail, warn } from "../problem.ts";

const BYTES = 64 * 1024;
/** A string at the beginning of a line, or where the first table begins; one inside of a string is passed over with it. */
const STRING =
  /^[^\S\n]*(?:\[|([A-Za-z0-9_-]+)[^\S\n]*=[^\S\n]*("""[\s\S]*?"""|'''[\s\S]*?'''|"(?!"")(?:[^"\\\n]|\\.)*"|'(?!'')[^'\n]*'))/gm;
const ESCAPES: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r" };

export function readTomlCommand(file: string, name: string, report: (problem: Problem) => void): SkillDecl | undefined {
  const text = textOf(file);
  const fields = text === undefined ? {} : stringsOf(text);
  const { prompt, description } = fields;
  const broken = text === undefined ? undefined : brokenIn(text);
  if (broken)
    report(
      (prompt === undefined ? fail : warn)(
        { file, line: broken.line },
        { code: "toml_invalid", what: `is not TOML: ${broken.why}.`, hint: HINT },
      ),
    );
  if (prompt === undefined) {
    if (broken) return undefined;
    report(
      fail({ file, line: 1 }, { code: "command_invalid", what: "The command has no prompt and isn't used.", hint: `Add prompt = "…".` }),
    );
    return undefined;
  }
  const opening = prompt.trim().split("\n")[0] ?? "";
  return {
    name,
    file,
    line: 1,
    description: description?.trim() || opening.slice(0, 200),
    fields: { ...fields, prompt: "" },
    dialect: "braces",
  };
}

const HINT = `Write prompt = "…", or """ around more than one line.`;
/** One statement: a comment, an empty line, or a key with a value that is whole. */
const STATEMENT =
  /[^\S\n]*(?:#[^\n]*|[^\s=#[][^=\n]*=[^\S\n]*(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?!"")(?:[^"\\\n]|\\.)*"|'(?!'')[^'\n]*'|\[[^\]]*\]|\{[^}\n]*\}|[\w+.:-]+)[^\S\n]*(?:#[^\n]*)?)?(?:\n|$)/y;

const TABLE = /^[^\S\n]*\[/;
const FAR = 200;

/** The first statement that can't be one. `line`: from 1. */
function brokenIn(text: string): { readonly line: number; readonly why: string } | undefined {
  for (let at = 0; at < text.length;) {
    if (TABLE.test(text.slice(at, at + FAR))) return undefined; // what stands in it isn't a command's
    STATEMENT.lastIndex = at;
    const found = STATEMENT.exec(text);
    if (!found || found[0] === "") {
      const said = text.slice(at).split("\n", 1)[0] ?? "";
      const open = /=[^\S\n]*["']/.test(said);
      const why = open
        ? "a string isn't closed, or more stands behind it"
        : said.includes("=")
          ? "a value can't be read"
          : `a key and "=" are wanted`;
      return { line: text.slice(0, at).split("\n").length, why };
    }
    at = STATEMENT.lastIndex;
  }
  return undefined;
}

/** The prompt of a command's file, read again when it is needed. */
export function promptOf(text: string): string | undefined {
  return stringsOf(text)["prompt"];
}

function textOf(file: string): string | undefined {
  try {
    return statSync(file).size > BYTES ? undefined : readFileSync(file, "utf8").replaceAll("\r\n", "\n");
  } catch {
    return undefined; // gone or unreadable: there is no prompt either way
  }
}

function stringsOf(text: string): Readonly<Record<string, string>> {
  const found = [...text.matchAll(STRING)];
  const table = found.findIndex(([, key]) => key === undefined);
  return Object.fromEntries((table < 0 ? found : found.slice(0, table)).map(([, key = "", value = ""]) => [key, unquote(value)]));
}

function unquote(value: string): string {
  if (value.startsWith("'''")) return value.slice(3, -3).replace(/^\n/, "");
  if (value.startsWith("'")) return value.slice(1, -1);
  const raw = value.startsWith('"""')
    ? value
        .slice(3, -3)
        .replace(/^\n/, "")
        .replace(/\\\n\s*/g, "")
    : value.slice(1, -1);
  return raw.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_, short, long, mark) => {
    const code = short ?? long;
    if (code === undefined) return ESCAPES[mark] ?? mark;
    const point = Number.parseInt(code, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
  });
}
