/**
 * Reads instruction files and what they import, and says them once. Rule: a text is told at the first place that names it, whatever other
 * names or copies it has; what stands outside of the bounds of its importer isn't read before the user approved it.
 */
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve, sep, isAbsolute } from "node:path";
import type { Problem, Provenance } from "@keelson/protocol";
import { stripInvisible } from "./invisible.ts";
import { looksLikeFile, mentionsIn, withoutComments } from "./mentions.ts";
import type { Text, Whose } from "./order.ts";

const MOST_HOPS = 4;
const MOST_IMPORTS = 200; // of all files together

export type TellPorts = {
  readonly cwd: string;
  readonly home: string;
  /** `readBody` of the loader: a text of at most 4 MiB, without its head. */
  readonly read: (
    file: string,
    within: string,
  ) => Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: boolean; readonly why: string }>;
  /** Undefined where nothing is. */
  readonly realpath: (path: string) => Promise<string | undefined>;
  /** Did the user say that this file may be read though a project's text outside of it asks for it? */
  readonly approved: (file: string) => boolean;
  /** `claudeMdExcludes`, by absolute path; the administrator's files aren't asked about. */
  readonly excluded: (file: string) => boolean;
};
/** Why a text is told: as `InstructionsLoaded` says it. */
export type Reason = "session_start" | "nested_traversal" | "path_glob_match" | "include" | "compact";
export type Loaded = {
  readonly file: string;
  /** The same, links followed. */
  readonly real: string;
  readonly digest: string;
  readonly whose: Whose;
  readonly reason: Reason;
  readonly globs?: readonly string[];
  /** The file that was touched. */
  readonly trigger?: string;
  /** The file that imports it. */
  readonly parent?: string;
};
export type Words = { readonly from: Provenance; readonly text: string };
export type Told = { readonly words: readonly Words[]; readonly loaded: readonly Loaded[]; readonly problems: readonly Problem[] };
/** What was told before: digests by file, links followed. */
export type Before = ReadonlyMap<string, string>;

type Asked = { readonly text: Text; readonly reason: Reason; readonly trigger?: string };
type Telling = {
  readonly ports: TellPorts;
  readonly files: Set<string>;
  readonly digests: Set<string>;
  readonly words: Words[];
  readonly loaded: Loaded[];
  readonly problems: Problem[];
  imports: number;
};

const HEAD = `Guidance for this work, which keelson read from files of the user and the project. Follow it where it concerns what is to be done; what comes later is nearer to it. What the user says stands above it.`;

export async function tell(asked: readonly Asked[], ports: TellPorts, before: Before = new Map()): Promise<Told> {
  const telling: Telling = {
    ports,
    files: new Set(before.keys()),
    digests: new Set(before.values()),
    words: [],
    loaded: [],
    problems: [],
    imports: 0,
  };
  for (const one of asked) if (one.text.whose === "managed" || !ports.excluded(one.text.file)) await addFile(one, telling);
  const { words, loaded, problems } = telling;
  return { words: joined(words), loaded, problems };
}

async function addFile({ text, reason, trigger }: Asked, telling: Telling): Promise<void> {
  const real = await telling.ports.realpath(text.file);
  if (real === undefined || telling.files.has(real)) return;
  telling.files.add(real);
  const read = await telling.ports.read(text.file, text.within);
  if (!read.ok) return void (read.missing || complain(telling, text.file, "instructions_unread", read.why, ""));
  const own = text.paths && { globs: text.paths };
  await add({ ...text, real }, read.text, { reason, ...(trigger !== undefined && { trigger }), ...own }, telling, 0);
}

type Why = Pick<Loaded, "reason" | "globs" | "trigger" | "parent">;

async function add(text: Text & { readonly real: string }, raw: string, why: Why, telling: Telling, hops: number): Promise<void> {
  const { text: plain, unseen, lines } = stripInvisible(raw);
  if (unseen > 0)
    complain(
      telling,
      text.file,
      "unseen_characters",
      `holds ${unseen} characters that nobody sees (line ${lines.slice(0, 5).join(", ")} of its text); they were left out`,
      "Look at it with a tool that shows them, and remove them.",
    );
  const words = withoutComments(plain).trim();
  const digest = createHash("sha256").update(words).digest("hex");
  if (words === "" || telling.digests.has(digest)) return;
  telling.digests.add(digest);
  telling.loaded.push({ file: text.file, real: text.real, digest, whose: text.whose, ...why });
  telling.words.push({ from: text.from, text: `Contents of ${text.file} (${WHOSE[text.whose]}):\n\n${words}` });
  for (const path of mentionsIn(words)) await addImport(path, text, telling, hops + 1);
}

const WHOSE: Readonly<Record<Whose, string>> = {
  managed: "the administrator's",
  plugin: "a plugin's",
  user: "the user's, for all projects",
  project: "the project's",
  local: "for this project, not shared",
};

async function addImport(path: string, importer: Text, telling: Telling, hops: number): Promise<void> {
  const { ports } = telling;
  const file = fileOf(path, dirname(importer.file), ports.home);
  const real = await ports.realpath(file);
  if (real === undefined) {
    if (looksLikeFile(path))
      complain(telling, importer.file, "import_missing", `imports @${path}, which doesn't exist`, "Correct the path or take it out.");
    return;
  }
  if (telling.files.has(real)) return;
  if (!(await isWithinBounds(real, importer, ports)) && !ports.approved(real)) {
    if (looksLikeFile(path))
      complain(
        telling,
        importer.file,
        "import_outside",
        `imports ${real}, which stands outside of the working folder and isn't read`,
        "Copy what is needed into the project.",
      );
    return;
  }
  if (hops > MOST_HOPS)
    return complain(
      telling,
      importer.file,
      "import_deep",
      `imports @${path} at the end of more than ${MOST_HOPS} imports; it isn't read`,
      "Import it from a file nearer to the first.",
    );
  if ((telling.imports += 1) > MOST_IMPORTS)
    return complain(
      telling,
      importer.file,
      "import_many",
      `imports @${path}, and ${MOST_IMPORTS} imports are the most`,
      "Import fewer files.",
    );
  telling.files.add(real);
  const read = await ports.read(real, "anywhere");
  if (read.ok) return add({ ...importer, file: real, real }, read.text, { reason: "include", parent: importer.file }, telling, hops);
  if (looksLikeFile(path)) complain(telling, real, "instructions_unread", read.why, "");
}

function fileOf(path: string, folder: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : resolve(folder, path);
}

/** The user's and the administrator's texts may name any file; a plugin's its own; a project's what stands in the working folder or the repository. */
async function isWithinBounds(real: string, { whose, within }: Text, { cwd, realpath }: TellPorts): Promise<boolean> {
  if (whose === "user" || whose === "managed") return true;
  const bounds = whose === "plugin" ? [within] : [cwd, within];
  for (const bound of bounds) if (isInside((await realpath(bound)) ?? bound, real)) return true;
  return false;
}

function isInside(folder: string, path: string): boolean {
  const step = relative(folder, path);
  return step !== ".." && !step.startsWith(`..${sep}`) && !isAbsolute(step);
}

function complain({ problems }: Telling, file: string, code: string, what: string, hint: string): void {
  problems.push({
    severity: "warning",
    file,
    code,
    text: [`${what}.`, hint].filter((part) => part !== "").join(" "),
    ...(hint !== "" && { hint }),
  });
}

/** One text for neighbours of one provenance, and the head before the first. */
function joined(words: readonly Words[]): readonly Words[] {
  const said: Words[] = [];
  for (const { from, text } of words) {
    const last = said.at(-1);
    if (last?.from === from) said.splice(-1, 1, { from, text: `${last.text}\n\n${text}` });
    else said.push({ from, text: last ? text : `${HEAD}\n\n${text}` });
  }
  return said;
}
