/** The parts that are JSON or plain files: hooks, servers, monitors, tool files, programs, instruction files. Rule: as in parts.ts. */
import type { FileDecl, HookDecl, InstructionDecl, Json, MonitorDecl, Problem, PluginParts, ServerDecl } from "@keelson/protocol";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { readJsonFile } from "../data-file.ts";
import type { Disk } from "../disk.ts";
import { lineAt, valueOf, type Document } from "../json.ts";
import type { DataPlace } from "../layout.ts";
import { warn } from "../problem.ts";
import { hooksIn } from "./hooks.ts";
import type { PartsOf } from "./parts.ts";
import { entryAt, itemsOf } from "./paths.ts";
import { lspServersIn, mcpServersIn, monitorsIn } from "./servers.ts";

type Data = Pick<PluginParts, "instructions" | "hooks" | "mcpServers" | "lspServers" | "monitors" | "toolFiles" | "programs">;
type Given = { readonly value: Json; readonly at: (path: readonly (string | number)[]) => FileDecl };

export function readDataParts(of: PartsOf): Data {
  const { disk, layout } = of;
  const { report } = disk;
  const infersType = layout.infersType ?? false;
  const hooks = given(of, layout.hooks).flatMap(({ value, at }): readonly HookDecl[] =>
    hooksIn(value, { at, dialect: layout.hookDialect, look: (path) => disk.look(join(disk.root, path)), report }),
  );
  const servers = given(of, layout.mcpServers).flatMap(({ value, at }): readonly ServerDecl[] =>
    mcpServersIn(value, { at, infersType, report }),
  );
  const lsp = given(of, layout.lspServers).flatMap(({ value, at }): readonly ServerDecl[] =>
    lspServersIn(value, { at, infersType, report }),
  );
  const monitors = given(of, layout.monitors).flatMap(({ value, at }): readonly MonitorDecl[] =>
    monitorsIn(value, { at, infersType, report }),
  );
  return {
    instructions: instructionsOf(of),
    hooks,
    mcpServers: lastOfName(servers),
    lspServers: lastOfName(lsp),
    monitors: lastOfName(warnTwice(monitors, report)),
    toolFiles: filesIn(disk, layout.toolFiles, [".js", ".mjs"]).filter(({ file }) => exportsByDefault(file)),
    programs: (layout.programs?.at ?? []).flatMap((path) => {
      const found = disk.at(`${disk.root}/${path}`);
      return found?.kind === "directory" ? [{ file: found.path }] : [];
    }),
  };
}

/** The files in their places, then what the manifest and the marketplace say; a file that two of them name is read once. */
function given(of: PartsOf, place: DataPlace | undefined): readonly Given[] {
  if (!place) return [];
  const { disk } = of;
  const seen = new Set<string>();
  const fromFile = (path: string): readonly Given[] => {
    if (seen.has(path)) return [];
    seen.add(path);
    const read = readJsonFile(path, disk.report);
    return read ? [wholeOf(read)] : [];
  };
  const byPlace = place.at.flatMap((path) => {
    const entry = disk.at(`${disk.root}/${path}`);
    return entry?.kind === "file" ? fromFile(entry.path) : [];
  });
  const { field } = place;
  const byField = [of.document, ...(of.more ? [of.more] : [])].flatMap((document) =>
    (field === undefined ? [] : fieldsOf(field)).flatMap((path) =>
      itemsOf(document, path).flatMap((item): readonly Given[] => {
        if (typeof item.value !== "string") return [partOf(document, item.value, item.path)];
        if (/\.(?:mcpb|dxt)$/i.test(item.value)) {
          disk.report(
            warn(
              { file: document.file, line: item.line },
              { code: "mcp_bundle", what: "A bundle of a server isn't read.", hint: "Declare the server with its command." },
            ),
          );
          return [];
        }
        const entry = entryAt(disk, document, { value: item.value, line: item.line });
        return entry?.kind === "file" ? fromFile(entry.path) : [];
      }),
    ),
  );
  return [...byPlace, ...byField];
}

/** Monitors have moved: both places count. */
const fieldsOf = (field: string): readonly (readonly string[])[] =>
  field === "monitors" ? [["experimental", "monitors"], ["monitors"]] : [[field]];

const wholeOf = (document: Document): Given => partOf(document, undefined, []);

function partOf(document: Document, value: Json | undefined, lead: readonly (string | number)[]): Given {
  const at = (path: readonly (string | number)[]): FileDecl => {
    const whole = [...lead, ...path];
    for (let end = whole.length; end > 0; end--) {
      const line = lineAt(document, whole.slice(0, end));
      if (line !== undefined) return { file: document.file, line };
    }
    return { file: document.file, line: 1 };
  };
  return { value: value ?? valueOf(document), at };
}

/** Whole entries win, never their fields: the last that is said. */
function lastOfName<Part extends { readonly name: string }>(parts: readonly Part[]): readonly Part[] {
  return [...new Map(parts.map((part) => [part.name, part])).values()];
}

/** One that nobody misses is still one that somebody wrote. */
function warnTwice(monitors: readonly MonitorDecl[], report: (problem: Problem) => void): readonly MonitorDecl[] {
  for (const [name, [first, ...others]] of Map.groupBy(monitors, (one) => one.name)) {
    const last = others.at(-1);
    if (!first || !last) continue;
    const what = `${others.length + 1} monitors are called "${name.slice(0, 64)}"; only the last of them is used.`;
    report(warn(last, { code: "monitor_name_twice", what, hint: "Give each a name of its own." }));
  }
  return monitors;
}

function filesIn(disk: Disk, place: DataPlace | undefined, endings: readonly string[]): readonly FileDecl[] {
  return (place?.at ?? []).flatMap((path) =>
    disk
      .entries(`${disk.root}/${path}`)
      .flatMap((entry) => (entry.kind === "file" && endings.includes(extname(entry.name)) ? [{ file: entry.path }] : [])),
  );
}

/** Many keep scripts of their own in a folder of this name: only what exports something by default can bring a tool. Nothing is run to see it. */
function exportsByDefault(file: string): boolean {
  try {
    return /\bexport\s+default\b|\bas\s+default\b/.test(readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}

function instructionsOf({ disk, layout, document }: PartsOf): readonly InstructionDecl[] {
  const place = layout.instructions;
  if (!place) return [];
  const named = place.field === undefined ? [] : itemsOf(document, [place.field]);
  if (named.length > 0)
    return named.flatMap(({ value, line }) => {
      const path = typeof value === "string" ? value.replaceAll("${/}", "/").replaceAll("${extensionPath}/", "") : undefined;
      const entry = path === undefined ? undefined : entryAt(disk, document, { value: path, line });
      return entry?.kind === "file" ? [{ file: entry.path }] : [];
    });
  return place.at.flatMap((path) => {
    const entry = disk.at(`${disk.root}/${path}`);
    return entry?.kind === "file" ? [{ file: entry.path, ...(entry.name.endsWith(".local.md") && { local: true }) }] : [];
  });
}
