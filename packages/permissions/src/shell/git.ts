// What a call of git does. Its options before the command, the command, and whether that only tells; which of its forms run something else;
// and, told by exclusion, whether it may show or copy a file's content that no path names: what isn't known, an alias or a command yet to come, may.
import { readFlags, type Spec } from "./flags.ts";
import { GIT, GIT_DEEPER } from "./git-table.ts";
import { isKnown, literal, type Word } from "./marks.ts";

/** `folders` of -C, other options before the command, the command with what follows. */
export type GitCall = { readonly folders: readonly Word[]; readonly global: readonly string[]; readonly words: readonly Word[] };

const TAKE_A_WORD = new Set([
  "-C",
  "-c",
  "--git-dir",
  "--work-tree",
  "--namespace",
  "--config-env",
  "--exec-path",
  "--attr-source",
  "--super-prefix",
]);
/** They change nothing that a question would be about. */
const PLAIN_GLOBAL = new Set([
  "--no-pager",
  "-P",
  "--no-optional-locks",
  "--literal-pathspecs",
  "--no-replace-objects",
  "--version",
  "-v",
  "--help",
  "-h",
  "--html-path",
  "--man-path",
  "--info-path",
]);

/** `words`: the program's name and what follows. */
export function gitCall([program, ...words]: readonly Word[]): GitCall {
  const own = /^git-([\w-]+)$/.exec(program?.text.slice(program.text.lastIndexOf("/") + 1).toLowerCase() ?? "")?.[1];
  if (own !== undefined) return { folders: [], global: [], words: [literal(own), ...words] };
  const folders: Word[] = [];
  const global: string[] = [];
  let at = 0;
  for (let word = words[at]; word?.text.startsWith("-"); word = words[at]) {
    const value = TAKE_A_WORD.has(word.text) ? words[at + 1] : undefined;
    if (word.text === "-C") folders.push(value ?? literal("."));
    else global.push(value ? `${word.text}=${value.text}` : word.text);
    at += value ? 2 : 1;
  }
  return { folders, global, words: words.slice(at) };
}

/** Does it only tell, as far as its words go? `operands`: what may be a path or a revision. */
export function gitTells(call: GitCall): { readonly ok: boolean; readonly operands: readonly Word[] } {
  const [command, ...others] = call.words;
  const no = { ok: false, operands: others };
  if (call.folders.some(({ text }) => text !== ".") || !call.global.every((one) => PLAIN_GLOBAL.has(one))) return no;
  if (!command) return { ok: call.global.length > 0, operands: [] };
  if (call.global.some((one) => one === "--help" || one === "-h")) return no; // a page, in a program of its own
  if (!isKnown(command) || !others.every(isKnown)) return no;
  if (command.text === "config") return configTells(others) ? { ok: true, operands: [] } : no;
  const deeper = Object.hasOwn(GIT_DEEPER, command.text) ? GIT_DEEPER[command.text] : undefined;
  const next = others[0]?.text.startsWith("-") || !others[0] ? "" : others[0].text;
  const below = deeper && Object.hasOwn(deeper, next) ? deeper[next] : undefined;
  if (below) return tells(next === "" ? others : others.slice(1), below);
  if (deeper && command.text !== "reflog") return no;
  if (command.text === "reflog")
    return /^(?:expire|delete|drop|write)$/.test(next) ? no : tells(others, GIT_DEEPER["reflog"]?.["show"] ?? { operands: "none" });
  const spec = Object.hasOwn(GIT, command.text) ? GIT[command.text] : undefined;
  if (!spec) return no;
  const read = tells(others, spec);
  if (!spec.bare || read.operands.length === 0) return read;
  const { options } = readFlags(others, spec);
  return { ok: read.ok && options.some(({ name }) => spec.needs?.includes(name)), operands: [] };
}

function tells(words: readonly Word[], spec: Spec): { readonly ok: boolean; readonly operands: readonly Word[] } {
  const { ok, operands, options } = readFlags(words, spec);
  const files = options.flatMap(({ name, value }) => (value && spec.files?.split(" ").includes(name) ? [value] : []));
  return { ok, operands: [...operands, ...files] };
}

const TELLING =
  /^(?:--(?:get|get-all|get-regexp|get-urlmatch|list|name-only|show-origin|show-scope|null|local|global|system|worktree|type=\w+|bool|int|path|includes|no-includes)|-l|-z)$/;

function configTells(words: readonly Word[]): boolean {
  const texts = words.map(({ text }) => text);
  const [first = "", ...others] = texts;
  if (first === "get" || first === "list") return others.every((one) => !one.startsWith("-") || TELLING.test(one));
  const reads = texts.some((one) => /^(?:--get[\w-]*|--list|-l)$/.test(one));
  const operands = texts.filter((one) => !one.startsWith("-"));
  return (
    texts.every((one) => !one.startsWith("-") || TELLING.test(one)) &&
    (reads || (operands.length === 1 && !/^(?:set|unset|edit|rename-section|remove-section)$/.test(first)))
  );
}

/** Scripts and commands that it runs, as words of a shell. */
export function gitRuns({ global, words }: GitCall): readonly string[] {
  const texts = words.map(({ script }) => script);
  const [command = "", next = ""] = texts;
  const config = global.flatMap((one) => /^(?:-c|--config-env)=?[^=]*=(.*)$/s.exec(one)?.[1] ?? []);
  const after = (flag: RegExp): readonly string[] =>
    texts.flatMap((one, at) => {
      const given = flag.exec(one);
      return given ? [one.slice(given[0].length) || (texts[at + 1] ?? "")] : [];
    });
  return [
    ...config.map((one) => one.replace(/^!/, "")),
    ...(command === "bisect" && next === "run" ? [texts.slice(2).join(" ")] : []),
    ...(command === "submodule" && texts.includes("foreach")
      ? [
          texts
            .slice(texts.indexOf("foreach") + 1)
            .filter((one) => one !== "--recursive")
            .join(" "),
        ]
      : []),
    ...(command === "rebase" ? after(/^(?:-x|--exec=?)/) : []),
    ...(command === "filter-branch" ? after(/^--[\w-]*-filter=?/) : []),
    ...(command === "config" && !configTells(words.slice(1)) ? [texts.at(-1)?.replace(/^!/, "") ?? ""] : []),
    ...(command === "difftool" ? after(/^-x/) : []),
    ...(command === "clone" ? after(/^(?:-c|--config=?)/).map((one) => one.slice(one.indexOf("=") + 1)) : []),
    ...(/^(?:clone|fetch|pull|ls-remote)$/.test(command) ? after(/^(?:-u|--upload-pack=?)/) : []),
    ...(command === "grep" ? after(/^-[a-zA-Z]*O/) : []),
    ...texts.flatMap((one) => /(?:^|=)ext::(.*)$/s.exec(one)?.[1]?.replaceAll("% ", " ") ?? []),
    ...after(/^--(?:upload-pack|receive-pack|exec|extcmd)=?|^--open-files-in-pager=/),
  ];
}
