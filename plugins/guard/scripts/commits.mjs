// What a commit would hold: only lines that it adds. Rule: git is asked, never changed; where it doesn't answer nothing is found.
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ownWords } from "./dangers.mjs";
import { NEVER_COMMITTED, secretsIn, tell } from "./secrets.mjs";

const MOST_BYTES = 20 * 1024 * 1024;
const MOST_FILE = 1024 * 1024;
const MOST_NEW = 200;
const PATIENCE_MS = 5_000;

/** `commands`: as they stand in one text, so that what is added before it is committed counts. */
export function commitReasons(commands, cwd) {
  const reasons = [];
  let at = cwd;
  let adds = false;
  for (const { words } of commands) {
    const [program, ...args] = words;
    if (program === "cd" && args[0] !== undefined) at = resolve(at, args[0]);
    if (program !== "git") continue;
    const folder = args[0] === "-C" && args[1] !== undefined ? resolve(at, args[1]) : at;
    const [command, ...rest] = ownWords(args);
    if (command === "add" || command === "stage") adds = true;
    if (command === "commit" && !rest.includes("--dry-run")) reasons.push(...found(folder, adds || takesMore(rest), adds));
  }
  return [...new Set(reasons)];
}

const VALUED = /^(?:-[a-z]*[mFCct]|--(?:message|file|author|date|template|reuse-message|reedit-message|fixup|squash|cleanup|trailer))$/;

/** It commits what isn't staged: all that git knows, or what it names. */
function takesMore(args) {
  return args.some((word, at) => /^-[a-z]*a|^--all$/.test(word) || (!word.startsWith("-") && !VALUED.test(args[at - 1] ?? "")));
}

function found(folder, everything, adds) {
  const top = git(folder, ["rev-parse", "--show-toplevel"]).trim();
  if (top === "") return [];
  const against = everything && git(folder, ["rev-parse", "--verify", "--quiet", "HEAD"]) !== "" ? ["HEAD"] : ["--cached"];
  const files = added(
    git(folder, [
      "diff",
      ...against,
      "-U0",
      "--no-color",
      "--no-ext-diff",
      "--no-textconv",
      "--diff-filter=ACMR",
      "--src-prefix=a/",
      "--dst-prefix=b/",
    ]),
  );
  const fresh = adds ? git(top, ["ls-files", "--others", "--exclude-standard", "-z"]).split("\0").filter(Boolean).slice(0, MOST_NEW) : [];
  for (const file of fresh) files.push({ file, text: contentOf(join(top, file)), isNew: true });
  return files.flatMap(({ file, text, isNew }) => {
    const named =
      isNew && NEVER_COMMITTED.test(file) ? [`${file} is a file that holds secrets and would be committed. Add it to .gitignore.`] : [];
    return [
      ...named,
      ...secretsIn(text, { file }).map(
        (secret) =>
          `${file} would be committed with ${tell(secret)}. Take it out and put another in its place, since this one may be known already.`,
      ),
    ];
  });
}

/** The added lines of each file. */
function added(diff) {
  const files = [];
  for (const line of diff.split("\n")) {
    if (line.startsWith("diff --git ")) files.push({ file: "", text: "", isNew: false });
    const file = files.at(-1);
    if (!file) continue;
    if (line.startsWith("new file")) file.isNew = true;
    if (line.startsWith("+++ "))
      file.file = line
        .slice(4)
        .replace(/^"?b\//, "")
        .replace(/"?\t?$/, "");
    else if (line.startsWith("+")) file.text += `${line.slice(1)}\n`;
  }
  return files;
}

function git(cwd, args) {
  try {
    const options = { cwd, encoding: "utf8", maxBuffer: MOST_BYTES, timeout: PATIENCE_MS, stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("git", ["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", ...args], options);
  } catch {
    return ""; // no repository, no git, or more than anybody reads
  }
}

function contentOf(path) {
  try {
    return statSync(path).isFile() && statSync(path).size <= MOST_FILE ? readFileSync(path, "utf8") : "";
  } catch {
    return ""; // it went away
  }
}
