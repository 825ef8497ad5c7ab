import { resolve } from "node:path";
import { inspectPlugins, type Bill, type BillRow, type House, type PluginEntry, type Validated } from "@keelson/harness";
import { exact, shorten } from "../clean.ts";
import { DONE, FAILED, USAGE } from "../exit.ts";
import { houseOf } from "../house.ts";
import type { Machine } from "../machine.ts";
import { tilde } from "../session-words.ts";
import { complain, say } from "../tell.ts";
import type { PluginAsked } from "./lines/plugin.ts";

/** `keel plugin`: what plugin directories bring, what is wrong with them, and what they cost. They are read; nothing of them runs. */
export async function plugin(asked: PluginAsked, machine: Machine): Promise<number> {
  if (asked.what === "validate") return await validate(asked, machine);
  const house = houseOf(machine, machine.cwd ?? machine.home, { flags: {}, plugins: asked.plugins });
  switch (asked.what) {
    case "list":
      return await list(asked.json, house, machine);
    case "show":
      return await show(asked, house, machine);
    case "bill":
      return await bill(asked, house, machine);
  }
}

async function validate({ dir, recursive, json }: Extract<PluginAsked, { what: "validate" }>, machine: Machine): Promise<number> {
  const { validatePlugins } = await inspectPlugins();
  const found = await validatePlugins(resolve(machine.cwd ?? machine.home, dir), recursive);
  const whole = found.every(({ problems }) => problems.every(({ severity }) => severity !== "error"));
  const code = whole ? DONE : FAILED;
  if (json) return await say(found.map((one) => JSON.stringify(one)).join("\n"), machine, code);
  return await tell(apart(found.map(validated)), machine, code);
}

const LISTS = ["skills", "commands", "agents", "hooks", "mcpServers", "lspServers", "outputStyles"] as const;

function validated(one: Validated): readonly string[] {
  const { name, version, format, root, problems } = one;
  return [
    `${name}${version === undefined ? "" : ` ${version}`} (${format})  ${root}`,
    ...LISTS.flatMap((kind) => (one[kind].length === 0 ? [] : [`  ${kind}: ${one[kind].join(", ")}`])),
    ...problems.map(({ severity, file, line, message, hint }) => `  ${severity}: ${file}:${line} ${message} ${hint}`),
    ...(problems.length === 0 ? ["  Nothing is wrong with it."] : []),
  ];
}

/** What a plugin says of itself is spelled out, each on its line: it could draw over what keel says about it. */
const tell = (lines: readonly string[], machine: Machine, code: number): Promise<number> => say(lines.map(exact).join("\n"), machine, code);

/** With an empty line between. */
const apart = (texts: readonly (readonly string[])[]): readonly string[] =>
  texts.flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]));

type Where = Pick<House, "place" | "plugins" | "named">;

async function list(json: boolean, where: Where, machine: Machine): Promise<number> {
  const { listPlugins } = await inspectPlugins();
  const entries = await listPlugins(where);
  const nowhere = entries.find(({ kind, problems }) => kind === "flag" && problems.some(({ code }) => code === "no_folder"));
  if (nowhere) return await complain(`${exact(nowhere.root)} ${nowhere.problems[0]?.text ?? ""}`, machine, USAGE);
  if (json) return await say(JSON.stringify(entries, null, 2), machine, DONE);
  const wide = Math.max(0, ...entries.map(({ name }) => name.length));
  const rows = entries.map(
    (entry) => `${entry.name.padEnd(wide)}  ${entry.kind.padEnd(KIND_WIDE)}  ${countsOf(entry)}  ${tilde(entry.root, machine.home)}`,
  );
  const troubled = entries.find(({ problems }) => problems.length > 0);
  const told = troubled ? ["", `keel plugin show ${troubled.name} tells what is wrong with it.`] : [];
  return await tell(rows.length === 0 ? ["There are no plugins here."] : [...rows, ...told], machine, DONE);
}

const KIND_WIDE = 14;

function countsOf({ tools, parts, problems, runs, off }: PluginEntry): string {
  const counts = Object.entries(parts).map(([kind, some]) => `${some.length} ${kind}`);
  const whole = [
    ...(tools.length === 0 ? [] : [`${tools.length} tools`]),
    ...counts,
    ...(problems.length === 0 ? [] : [`${problems.length} ${problems.length === 1 ? "problem" : "problems"}`]),
  ];
  return `${whole.length === 0 ? "nothing" : whole.join(", ")}${runs ? " [runs programs]" : ""}${off === undefined ? "" : " [off]"}`;
}

async function show({ name, json }: Extract<PluginAsked, { what: "show" }>, where: Where, machine: Machine): Promise<number> {
  const { listPlugins } = await inspectPlugins();
  const all = await listPlugins(where);
  const path = resolve(machine.cwd ?? machine.home, name);
  const found = all.filter((entry) => entry.name === name || entry.root === path);
  if (found.length === 0)
    return await complain(
      `No plugin here is named ${name}. There are: ${[...new Set(all.map((one) => exact(one.name)))].join(", ")}.`,
      machine,
      FAILED,
    );
  if (json) return await say(JSON.stringify(found, null, 2), machine, DONE);
  return await tell(apart(found.map((entry) => shown(entry, machine.home))), machine, DONE);
}

const MOST = 100; // characters of a description

function shown(entry: PluginEntry, home: string): readonly string[] {
  const { name, version, format, kind, root, description, tools, parts, problems, off } = entry;
  return [
    `${name}${version === undefined ? "" : ` ${version}`}  ${kind}, ${format}  ${tilde(root, home)}`,
    ...(off === undefined ? [] : [`  off: ${tilde(off, home)} says so`]),
    ...(description === undefined ? [] : [`  ${shorten(description, MOST)}`]),
    ...(tools.length === 0 ? [] : [`  tools: ${tools.join(", ")}`]),
    ...Object.entries(parts).flatMap(([what, some]) => [
      `  ${what}:`,
      ...some.map(({ name: part, id, file, line, description: about, starts }) => {
        const place = `${file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file}${line === undefined ? "" : `:${line}`}`;
        return `    ${id ?? part}  (${place})${about === undefined ? "" : `  ${shorten(about, MOST)}`}${starts === undefined ? "" : `  ${starts}`}`;
      }),
    ]),
    ...problems.map(({ severity, file, line, text }) => `  ${severity}: ${file}${line === undefined ? "" : `:${line}`} ${text}`),
  ];
}

async function bill({ model, json }: Extract<PluginAsked, { what: "bill" }>, where: Where, machine: Machine): Promise<number> {
  const { billPlugins } = await inspectPlugins();
  const made = await billPlugins(where, model);
  if (typeof made === "string") return await complain(exact(made), machine, FAILED);
  return json ? await say(JSON.stringify(made, null, 2), machine, DONE) : await tell(billed(made), machine, DONE);
}

function billed({ model, rows, plugins, all, unlisted }: Bill): readonly string[] {
  return [
    ...plugins.flatMap(({ plugin: name, ...cost }) => [
      `${name}: ${costOf(cost)}`,
      ...rows.filter(({ plugin: whose }) => whose === name).map(rowOf),
    ]),
    `All: ${costOf(all)}, of ${model}.`,
    ...(unlisted === 0 ? [] : [`${unlisted} skills don't fit into the listing: they are found by their names.`]),
    "Tokens are counted as a quarter of the bytes. The first turn writes the cache, each after it reads it.",
  ];
}

const rowOf = ({ what, name, tokens }: BillRow): string =>
  `  ${what.padEnd(8)} ${name}  ${tokens === undefined ? "not known before it is connected" : `${tokens} tokens`}`;

function costOf({ tokens, first, after }: Bill["all"]): string {
  const price =
    first === undefined || after === undefined
      ? "the price of the model isn't known"
      : `$${first.toFixed(5)} the first turn, $${after.toFixed(5)} each turn after`;
  return `about ${tokens} tokens, ${price}`;
}
