/**
 * The instructions of a session: all of them at its beginning, and those that come into play when a file is touched. Rule: what was told
 * isn't told again while it stands in the context.
 */
import { isAbsolute, relative, sep } from "node:path";
import type { Catalog } from "@keelson/loader";
import type { Event, JsonObject } from "@keelson/protocol";
import { orderTexts, type Text } from "./order.ts";
import { tell, type Before, type Loaded, type Reason, type Told, type TellPorts } from "./tell.ts";

/** As the loader's: a test of absolute paths against patterns that begin at `base`. */
export type MatchPaths = (patterns: readonly string[], base: string) => Promise<(path: string) => boolean>;

/** All that hold without a file being touched. `reason`: `compact` where they are read again after a summary. */
export async function gatherInstructions(
  catalog: Pick<Catalog, "joined">,
  ports: TellPorts,
  reason: Extract<Reason, "session_start" | "compact"> = "session_start",
): Promise<Told> {
  const texts = orderTexts(catalog, ports.cwd).filter((text) => text.paths === undefined && isAbove(text, ports.cwd));
  return tell(
    texts.map((text) => ({ text, reason })),
    ports,
  );
}

/** A folder that was added to the session brings no instructions of its own. */
const isAbove = ({ whose, folder }: Text, cwd: string): boolean =>
  (whose !== "project" && whose !== "local") || !leaves(relative(folder, cwd));

const leaves = (step: string): boolean => step === ".." || step.startsWith(`..${sep}`) || isAbsolute(step);

/**
 * Those that hold for a file that was touched: of the folders between the session's and the file's, and rules whose `paths` fit.
 * `nested`: what `nestedLayers` of the loader finds for the file.
 */
export async function instructionsFor(
  file: string,
  { catalog, nested }: { readonly catalog: Pick<Catalog, "joined">; readonly nested: Pick<Catalog, "joined"> },
  ports: TellPorts & { readonly matchPaths: MatchPaths },
  before: Before,
): Promise<Told> {
  const below = orderTexts(nested, ports.cwd);
  const plain = below.filter(({ paths }) => paths === undefined);
  const scoped = [...orderTexts(catalog, ports.cwd), ...below].filter((text) => text.paths !== undefined);
  const fitting: Text[] = [];
  for (const text of scoped) if ((await ports.matchPaths(text.paths ?? [], text.folder))(file)) fitting.push(text);
  return tell(
    [
      ...plain.map((text) => ({ text, reason: "nested_traversal" as const, trigger: file })),
      ...fitting.map((text) => ({ text, reason: "path_glob_match" as const, trigger: file })),
    ],
    ports,
    before,
  );
}

/** For the log, before the words: what is told of now. */
export function toldEvent(loaded: readonly Loaded[]): Event {
  return { type: "session.changed", change: { told: Object.fromEntries(loaded.map(({ real, digest }) => [real, digest])) } };
}

/** What stands in the context, folded from the log; an edit that may have taken some of it out forgets all. */
export function noteTold(before: Before, event: Event): Before {
  if (event.type === "context.edited") return event.edits.some(({ op }) => op === "fold" || op === "drop") ? new Map() : before;
  const told = event.type === "session.changed" ? event.change["told"] : undefined;
  if (typeof told !== "object" || told === null || Array.isArray(told)) return before;
  const digests = Object.entries(told as JsonObject).flatMap(([file, digest]) =>
    typeof digest === "string" ? [[file, digest] as const] : [],
  );
  return new Map([...before, ...digests]);
}
