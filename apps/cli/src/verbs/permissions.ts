import { resolve } from "node:path";
import { inspectPermissions, lineOf, type RulesView } from "@keelson/harness";
import type { Mode } from "@keelson/protocol";
import { DONE, FAILED, USAGE } from "../exit.ts";
import { houseOf } from "../house.ts";
import type { Machine } from "../machine.ts";
import { tilde } from "../session-words.ts";
import { complain, say } from "../tell.ts";
import type { PermissionsAsked, RevokeAsked } from "./lines/permissions.ts";

/** `keel permissions`: what the rules say, of a call, of many, of a past session. Nothing of it runs anything. */
export async function permissions(asked: PermissionsAsked, machine: Machine): Promise<number> {
  switch (asked.what) {
    case "explain":
      return await (await import("./permissions-explain.ts")).explain(asked, machine);
    case "test":
      return await (await import("./permissions-files.ts")).test(asked, machine);
    case "classify":
      return await (await import("./permissions-files.ts")).classify(asked, machine);
    case "simulate":
      return await (await import("./permissions-simulate.ts")).simulate(asked, machine);
    case "list":
      return await list(asked.json, machine);
    case "revoke":
      return await revoke(asked, machine);
  }
}

type Above = { readonly settings?: string; readonly mode?: Mode };

/** The rules as a session in `cwd` would have them, or what was said about why they can't be told. A file of settings is named from where one stands. What was worked around stands on stderr. */
export async function rulesIn(cwd: string, above: Above, machine: Machine): Promise<RulesView | number> {
  const { inspectRules } = await inspectPermissions();
  const { mode } = above;
  const settings =
    above.settings === undefined || /^\s*\{/.test(above.settings) ? above.settings : resolve(machine.cwd ?? cwd, above.settings);
  const view = await inspectRules(
    houseOf(machine, cwd, { flags: {} }).place,
    { ...(settings !== undefined && { settings }), ...(mode && { mode }) },
    machine.wall,
  );
  if ("text" in view) return await complain(view.text, machine, settings === undefined && view.code !== "usage" ? FAILED : USAGE);
  for (const problem of view.problems) await complain(`${problem.severity}: ${lineOf(problem)}`, machine, DONE);
  return view;
}

async function list(json: boolean, machine: Machine): Promise<number> {
  const cwd = machine.cwd ?? machine.home;
  const view = await rulesIn(cwd, {}, machine);
  if (typeof view === "number") return view;
  const { mode, rules, approvals, forbidden, trusted, trustRoot } = view;
  if (json) {
    const shown = {
      mode,
      trusted,
      trustRoot,
      rules: rules.map(({ text, behavior, source, file, line }) => ({ rule: text, behavior, source, file, line })),
      approvals: approvals.map(({ rule, folder, granted, until }) => ({
        rule,
        folder,
        granted: new Date(granted).toISOString(),
        ...(until !== undefined && { until: new Date(until).toISOString() }),
      })),
      forbidden,
    };
    return await say(JSON.stringify(shown, null, 2), machine, DONE);
  }
  const wide = Math.max(0, ...rules.map(({ text }) => text.length));
  const lines = [
    `mode ${mode}; this folder is ${trusted ? "trusted" : "not trusted"} (${tilde(trustRoot, machine.home)})`,
    ...forbidden.map(({ mode: one }) => `mode ${one} is forbidden by the settings`),
    ...(rules.length === 0 ? ["No rules hold here."] : ["", "Rules, the strictest first:"]),
    ...STRICTEST_FIRST.flatMap((behavior) =>
      rules
        .filter((rule) => rule.behavior === behavior)
        .map((rule) => `  ${behavior.padEnd(5)}  ${rule.text.padEnd(wide)}  ${placeOf(rule, machine.home)}`),
    ),
    ...(approvals.length === 0 ? [] : ["", "Allowed for good in this folder (keel permissions revoke RULE takes one back):"]),
    ...approvals.map(
      ({ rule, granted, until }) => `  ${rule}  since ${day(granted)}${until === undefined ? "" : `, until ${minute(until)}`}`,
    ),
  ];
  return await say(lines.join("\n"), machine, DONE);
}

const STRICTEST_FIRST = ["deny", "ask", "allow"] as const;

/** Where a rule stands. */
export const placeOf = (
  { source, file, line }: { readonly source: string; readonly file?: string; readonly line?: number },
  home: string,
): string => (file === undefined ? source : `${tilde(file, home)}${line === undefined ? "" : `:${line}`}`);

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");

async function revoke({ rule, here }: RevokeAsked, machine: Machine): Promise<number> {
  const { openGrants } = await inspectPermissions();
  const gone = await openGrants(machine.keelHome, machine.wall).revoke(rule.trim(), here ? (machine.cwd ?? machine.home) : undefined);
  if (typeof gone === "string") return await complain(gone, machine, FAILED);
  if (gone.length === 0)
    return await complain(
      `${rule} isn't allowed for good${here ? " in this folder" : ""}. keel permissions list shows what is; a rule of a settings file is taken out there.`,
      machine,
      FAILED,
    );
  return await say(gone.map((one) => `Taken back: ${one.rule} in ${tilde(one.folder, machine.home)}`).join("\n"), machine, DONE);
}
