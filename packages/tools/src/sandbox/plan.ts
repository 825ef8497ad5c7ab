/**
 * What stands where in a sandbox: everything can be read, what is writable is put over it, and over that what is held.
 * A place is held by its path: it can't be written, replaced or moved away with the folders above it, nor made where it isn't.
 */
import { lstatSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Confinement } from "@keelson/protocol";
import { isWithin } from "../define/within.ts";
import { blankFor, isHeldFile, misleads } from "./held-file.ts";
import { isHeldOnly } from "./held-folder.ts";
import type { Missing } from "./hold.ts";
import { traceOf, type Trace } from "./trace.ts";

/**
 * Later ones beat earlier ones at the same place. `fresh`: an empty folder of its own. `frozen`: read-only, but for the folders in it.
 * `absent`: nothing is there, and nothing can be made there.
 */
const KINDS = ["shown", "writable", "fresh", "frozen", "readonly", "absent", "hidden file", "hidden folder"] as const;
type Kind = (typeof KINDS)[number];
export type Mount = { readonly path: string; readonly kind: Kind };
/** `mounts`: the root comes first, and what stands above before what stands beneath. `missing`: places that must be there while it runs, so that they can be held. `cleared`: those that can't; what was made there is removed afterwards. */
export type Plan = { readonly mounts: readonly Mount[]; readonly missing: readonly Missing[]; readonly cleared: readonly string[] };

export const TEMPORARY = "/tmp";

/** `home`: the user's own folder, where there is one. */
type Whereabouts = { readonly cwd: string; readonly home?: string | undefined };

/** As the disk is now: made anew for each process. Throws where a place can't be looked at. */
export function planMounts({ writable, unwritable, unreadable }: Confinement, { cwd, home }: Whereabouts): Plan {
  const roots = rootsOf(writable);
  const chart = createChart(roots, home === undefined ? undefined : traceOf(home).real);
  chart.put("/", "shown");
  for (const root of roots) chart.put(root, "writable");
  if (!chart.isWritable(TEMPORARY)) chart.put(TEMPORARY, "fresh");
  const place = traceOf(cwd).real;
  if (isWithin(TEMPORARY, place)) chart.put(place, "shown");
  for (const path of unwritable) chart.hold(traceOf(path), "readonly");
  for (const path of unreadable) {
    const trace = traceOf(path);
    if (trace.missing === undefined) chart.hold(trace, statSync(trace.real).isDirectory() ? "hidden folder" : "hidden file");
  }
  return chart.finish();
}

/** What one that waits for its command was made for; it isn't that any more when a place has been put in place of another. Throws when it must not wait. */
export function standing(confinement: Confinement, cwd: string): readonly string[] {
  const { mounts, missing } = planMounts(confinement, { cwd });
  if (missing.length > 0) throw new Error("Nothing is put on the disk before anyone was asked.");
  return mounts.map(({ path, kind }) => `${kind} ${path} ${lstatSync(path).ino}`);
}

/** A root that a link within another root leads to is none: who may write there could turn the link to where it likes. */
function rootsOf(writable: readonly string[]): readonly string[] {
  const traces = writable.map(traceOf).filter(({ missing }) => missing === undefined);
  const turnable = ({ links }: Trace): boolean => links.some((link) => traces.some((other) => isWithin(other.real, link)));
  return traces.filter((trace) => !turnable(trace)).map(({ real }) => real);
}

type Chart = {
  isWritable(path: string): boolean;
  put(path: string, kind: Kind): void;
  hold(trace: Trace, kind: Kind): void;
  finish(): Plan;
};

function createChart(roots: readonly string[], home: string | undefined): Chart {
  const kinds = new Map<string, Kind>();
  const missing = new Map<string, Missing>();
  const cleared = new Set<string>();
  const isWritable = (path: string): boolean => roots.some((root) => isWithin(root, path));
  const put = (path: string, kind: Kind): void => {
    const before = kinds.get(path);
    if (before === undefined || KINDS.indexOf(kind) > KINDS.indexOf(before)) kinds.set(path, kind);
  };
  /** A folder that something is mounted on can't be renamed. */
  const pin = (path: string): void => {
    for (let above = dirname(path); isWritable(above) && above !== dirname(above); above = dirname(above)) put(above, "writable");
  };
  /** A link can't be mounted on. So nothing in its folder can be replaced, while the folders in there stay what they are. */
  const freeze = (folder: string): void => {
    pin(folder);
    put(folder, "frozen");
    for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) put(join(folder, entry.name), "writable");
  };
  return {
    isWritable,
    put,
    hold(trace, kind) {
      for (const link of trace.links) if (isWritable(link)) freeze(dirname(link));
      const absent = absentIn(trace);
      const path = absent ?? trace.real;
      const blank = absent === undefined ? undefined : blankFor(absent, home);
      if (isWritable(path)) {
        pin(path);
        if (absent !== undefined && misleads(absent)) return void cleared.add(absent);
        if (absent !== undefined) missing.set(absent, { path: absent, ...(blank !== undefined && { content: blank }) });
      } else if (!roots.some((root) => isWithin(path, root)) && (kind === "readonly" || isWithin(TEMPORARY, path))) return; // so it is, or it isn't there
      put(path, absent === undefined || blank !== undefined ? kind : "absent");
    },
    finish() {
      const held = [...kinds].filter(([, kind]) => KINDS.indexOf(kind) >= KINDS.indexOf("readonly")).map(([path]) => path);
      const beneath = (path: string): boolean => held.some((one) => one !== path && isWithin(one, path));
      const frozen = (path: string): boolean => kinds.get(dirname(path)) === "frozen";
      const mounts = [...kinds]
        .map(([path, kind]) => ({ path, kind }))
        .filter(({ path }) => !beneath(path) && !(missing.has(path) && frozen(path)));
      return {
        mounts: mounts.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
        cleared: [...cleared].filter((path) => !beneath(path) && !frozen(path)),
        missing: [...missing.values()].filter(({ path }) => !beneath(path) && !frozen(path)),
      };
    },
  };
}

/** A place that another sandbox holds is one that isn't there. */
function absentIn({ real, missing }: Trace): string | undefined {
  let absent = missing ?? (isHeldFile(real) ? real : undefined);
  for (let above = absent === undefined ? real : dirname(absent); isHeldOnly(above); above = dirname(above)) absent = above;
  return absent;
}
