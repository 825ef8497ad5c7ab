// Settings and rules as bounds that a sandbox can hold: which roots may be written, what is protected there, what may not be read, which hosts are reached.
// Restrictions that no list of paths can express are given back: they hold for what is judged, not within the sandbox.
import type { Confinement, NetworkBounds, Rule } from "@keelson/protocol";
import { canonicalise } from "./path/canonical.ts";
import { isWithin, tidy } from "./path/links.ts";
import type { PathPattern } from "./path/pattern.ts";
import { findNested, type FindNested } from "./path/nested.ts";
import { place } from "./path/place.ts";
import { protectedBeneath } from "./path/protected.ts";
import { readRule, type Reading } from "./rule/reading.ts";

/** `sandbox` of the settings. Paths begin with `/`, `~/` or `./` (the working directory), and are meant with all beneath them. */
export type SandboxSettings = {
  readonly filesystem?: {
    readonly allowWrite?: readonly string[];
    readonly denyWrite?: readonly string[];
    readonly allowRead?: readonly string[];
    readonly denyRead?: readonly string[];
  };
  readonly network?: { readonly allowedDomains?: readonly string[]; readonly deniedDomains?: readonly string[] } | "open";
};
/** `temporary`: a folder of the session's own that may always be written. `nested`: what is protected beneath a folder, looked for on the real disk by default. */
export type Confining = {
  readonly settings: SandboxSettings;
  readonly rules: readonly Rule[];
  readonly cwd: string;
  readonly directories: readonly string[];
  readonly home: string;
  readonly temporary: string;
  readonly nested?: FindNested;
};
export type Confined = { readonly confinement: Confinement; readonly unheld: readonly Rule[] };

/** Where credentials lie. Read only where the settings allow it by name. */
const SECRETS = (
  "~/.ssh ~/.gnupg ~/.aws ~/.azure ~/.config/gcloud ~/.config/gh ~/.kube ~/.docker/config.json ~/.netrc ~/.git-credentials ~/.npmrc ~/.pypirc " +
  "~/.claude/.credentials.json ~/.codex/auth.json ~/.keel/var/credentials ~/.password-store ~/.local/share/keyrings"
).split(" ");

export function confine(given: Confining): Confined {
  const { settings, rules, cwd, directories, home, temporary, nested = findNested } = given;
  const { allowWrite = [], denyWrite = [], allowRead = [], denyRead = [] } = settings.filesystem ?? {};
  const paths = (list: readonly string[]): readonly string[] => list.flatMap((text) => pathOf(text, given));
  const held = rules.map((rule) => ({ rule, found: foldersOf(rule, given) }));
  const by = (behavior: Rule["behavior"], governs: "reads" | "writes"): readonly string[] =>
    held.flatMap(({ rule, found }) => (found !== "unheld" && rule.behavior === behavior && found?.governs === governs ? found.paths : []));
  const writable = unique([cwd, ...directories, temporary, ...paths(allowWrite), ...by("allow", "writes")].map(tidy));
  const readable = [...paths(allowRead), ...by("allow", "reads")];
  const secrets = paths(SECRETS).filter((path) => !readable.some((one) => isWithin(path, one)));
  const unheld = held.filter(({ rule, found }) => rule.behavior === "deny" && found === "unheld").map(({ rule }) => rule);
  return {
    confinement: {
      writable,
      unwritable: unique([
        ...writable.flatMap(protectedBeneath),
        ...writable.flatMap(nested),
        ...protectedBeneath(tidy(home)),
        ...paths(denyWrite),
        ...by("deny", "writes"),
      ]),
      unreadable: unique([...secrets, ...paths(denyRead), ...by("deny", "reads")]),
      network: networkOf(settings, rules),
    },
    unheld,
  };
}

const unique = (paths: readonly string[]): readonly string[] => [...new Set(paths)];

function pathOf(text: string, where: Confining): readonly string[] {
  const read = canonicalise(text.trim().replace(/\/\*{1,2}$/, "") || "/", where);
  return read.ok ? [tidy(read.path)] : [];
}

type Folders = { readonly governs: "reads" | "writes"; readonly paths: readonly string[] };

/** A rule's pattern as paths; `unheld` where wildcards choose. */
function foldersOf(rule: Rule, where: Confining): Folders | "unheld" | undefined {
  const reading: Reading = readRule(rule.text, rule.behavior);
  if (reading.kind !== "path" || (reading.governs !== "reads" && reading.governs !== "writes")) return undefined;
  if (reading.pattern.tail !== undefined || reading.pattern.negated) return "unheld";
  return { governs: reading.governs, paths: place(reading.pattern, startsOf(reading.pattern, rule, where)).map(({ root }) => tidy(root)) };
}

function startsOf({ anchor }: PathPattern, { base, behavior }: Rule, { cwd, directories, home }: Confining): readonly string[] {
  if (anchor === "root") return ["/"];
  if (anchor === "home") return [home];
  if (anchor === "base") return [base];
  return behavior === "allow" ? [cwd] : [cwd, ...directories];
}

function networkOf({ network }: SandboxSettings, rules: readonly Rule[]): NetworkBounds {
  if (network === "open") return "open";
  const hosts = (behavior: Rule["behavior"]): readonly string[] =>
    rules.flatMap((rule) => {
      const reading = rule.behavior === behavior ? readRule(rule.text, behavior) : undefined;
      if (reading?.kind !== "domain" || reading.pattern.wild === "all") return [];
      return [reading.pattern.wild === "below" ? `*.${reading.pattern.host}` : reading.pattern.host];
    });
  return {
    allowed: unique([...(network?.allowedDomains ?? []), ...hosts("allow")]),
    denied: unique([...(network?.deniedDomains ?? []), ...hosts("deny")]),
  };
}
