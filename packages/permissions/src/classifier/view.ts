// A unit as the features look at it: its words sorted into options and operands, each with its places and hosts; and its traits, a coarse
// summary that what stands behind it in the pipe or in the text is told.
import { codeSigns, sqlSigns } from "./code.ts";
import { reachesOf, type Reach } from "./hosts.ts";
import { placesOf } from "./places.ts";
import { programClasses, programName } from "./programs.ts";
import type { Unit } from "./units.ts";

export type Operand = { readonly word: string; readonly places: readonly string[] };
export type View = {
  readonly unit: Unit;
  readonly name: string;
  readonly classes: readonly string[];
  /** `--name` of `--name=value`; `-rf` as `-r`, `-f`. */
  readonly options: readonly string[];
  /** Words that are no options, and values of `--name=value`. */
  readonly operands: readonly Operand[];
  readonly reaches: readonly Reach[];
  readonly writes: readonly Operand[];
  readonly code: readonly string[];
  readonly sql: readonly string[];
  readonly traits: readonly string[];
};

export function viewOf(unit: Unit): View {
  const name = programName(unit.words[0]?.value ?? "");
  const classes = name === "" ? [] : programClasses(name);
  const options: string[] = [];
  const operands: Operand[] = [];
  for (const { value } of unit.words.slice(1)) {
    if (/^--?[\w?@]/.test(value)) options.push(...optionsOf(value));
    const word = operandOf(value);
    if (word !== "") operands.push({ word, places: placesOf(word) });
  }
  const redirected = unit.redirects.filter(({ operator, target }) => operator.includes(">") && !/^\d+$|^-$/.test(target));
  const writes = redirected.map(({ target }) => ({ word: target, places: placesOf(target) }));
  const texts = [...operands.map(({ word }) => word).filter((word) => /[\s("'`;=|]/.test(word)), unit.input, ...unit.assigns].join("\n");
  const reaches = [...unit.words.slice(1).map(({ value }) => value), ...unit.redirects.map(({ target }) => target)].flatMap(reachesOf);
  const seen = { unit, name, classes, options, operands, reaches, writes };
  const sql = classes.includes("database")
    ? sqlSigns(
        `${unit.words
          .slice(1)
          .map(({ value }) => value)
          .join(" ")}\n${unit.input}`,
      )
    : sqlSigns(texts);
  return { ...seen, code: codeSigns(texts), sql, traits: traitsOf(seen) };
}

/** A cluster of letters is taken apart, unless it looks like one long option with one dash. */
function optionsOf(value: string): readonly string[] {
  const name = value.split("=")[0] ?? value;
  if (name.startsWith("--") || name.length <= 2) return [name];
  const letters = [...name.slice(1)];
  return /^-[a-zA-Z]{2,5}$/.test(name) ? [name, ...letters.map((letter) => `-${letter}`)] : [name.slice(0, 12)];
}

function operandOf(value: string): string {
  if (!value.startsWith("-")) return value.replace(/^[\w.-]+=@?(?=[~/.$\w])/, "").replace(/^@(?=[~/.$\w])/, "");
  const set = value.indexOf("=");
  if (set > 0) return value.slice(set + 1);
  return /^-[a-zA-Z][~/]/.test(value) ? value.slice(2) : "";
}

const SECRET_PLACES: readonly string[] = ["credential", "key-file", "env-file", "account-file", "history", "secret-name"];
const SECRET_VARIABLE = /\$\{?\w*(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|CREDENTIAL|PRIVATE_KEY|DATABASE_URL|AUTH|_PAT\b)\w*/i;

type Seen = Omit<View, "code" | "sql" | "traits">;
type Trait = readonly [name: string, is: (seen: Seen) => boolean];

const has = ({ classes }: Seen, ...wanted: readonly string[]): boolean => wanted.some((one) => classes.includes(one));
const flagged = ({ options }: Seen, ...wanted: readonly string[]): boolean => wanted.some((one) => options.includes(one));
const reachesOut = ({ reaches }: Seen): boolean => reaches.some(({ kinds }) => !kinds.includes("loopback"));

const TRAITS: readonly Trait[] = [
  ["fetches", (seen) => has(seen, "fetch") || (has(seen, "copy_out", "socket") && seen.reaches.length > 0)],
  ["reaches-out", reachesOut],
  ["loopback", ({ reaches }) => reaches.some(({ kinds }) => kinds.includes("loopback"))],
  ["decodes", (seen) => decodes(seen)],
  ["encodes", (seen) => has(seen, "encode") && !decodes(seen)],
  ["packs", (seen) => has(seen, "archive")],
  ["shell", (seen) => has(seen, "shell", "run") || seen.name === "xargs"],
  ["interpreter", (seen) => has(seen, "runtime")],
  ["talks", (seen) => has(seen, "fetch", "socket", "copy_out", "mail", "ssh")],
  [
    "secret",
    (seen) =>
      [...seen.operands, ...inputs(seen)].some(({ places }) =>
        places.some((place) => SECRET_PLACES.includes(place) && place !== "secret-name"),
      ),
  ],
  ["secret-name", (seen) => seen.operands.some(({ places }) => places.includes("secret-name"))],
  ["secret-variable", ({ unit }) => SECRET_VARIABLE.test(unit.text) || unit.assigns.some((one) => SECRET_VARIABLE.test(one))],
  ["secret-tool", (seen) => has(seen, "secret")],
  ["environment", (seen) => /^(?:env|printenv|set|export|declare)$/.test(seen.name) && seen.operands.length === 0],
  ["whoami", (seen) => /^(?:id|whoami|hostname|uname|ifconfig|ip)$/.test(seen.name)],
  ["deletes", (seen) => has(seen, "delete") || flagged(seen, "-delete")],
  ["lists", (seen) => has(seen, "read", "search") && seen.name !== "cat"],
  ["prints", (seen) => has(seen, "print")],
  [
    "made",
    ({ operands }) =>
      operands.some(({ places }) => places.includes("made") || places.includes("made-file") || places.includes("made-below")),
  ],
  ["process", (seen) => has(seen, "process")],
  ["system", ({ operands, writes }) => [...operands, ...writes].some(({ places }) => places.includes("etc") || places.includes("system"))],
  [
    "moves-home",
    (seen) =>
      /^(?:cd|pushd)$/.test(seen.name) &&
      (seen.operands.length === 0 ||
        seen.operands.some(
          ({ places }) => places.includes("home") || places.includes("root") || places.includes("etc") || places.includes("system"),
        )),
  ],
  [
    "moves-out",
    (seen) =>
      /^(?:cd|pushd)$/.test(seen.name) &&
      seen.operands.some(({ places }) => places.includes("above") || places.includes("absolute") || places.includes("under-home")),
  ],
  ["moves-in", (seen) => /^(?:cd|pushd)$/.test(seen.name) && seen.operands.some(({ places }) => places.includes("project-file"))],
  ["fifo", ({ name }) => name === "mkfifo" || name === "mknod"],
  ["opens-rights", (seen) => seen.name === "chmod"],
  ["captures", (seen) => has(seen, "clipboard", "capture")],
];

const decodes = (seen: Seen): boolean =>
  (has(seen, "encode") && flagged(seen, "-d", "-D", "--decode", "-r", "-di")) ||
  /^(?:uudecode|rev|zcat|gunzip|xxd)$/.test(seen.name) ||
  (seen.name === "tr" && seen.operands.some(({ word }) => /[A-Za-z]-[A-Za-z]{3,}|N-ZA-M|n-za-m/.test(word))) ||
  (/^(?:gzip|bzip2|xz|openssl)$/.test(seen.name) && flagged(seen, "-d", "-dc", "--decompress"));

const inputs = ({ unit }: Seen): readonly Operand[] =>
  unit.redirects.filter(({ operator }) => operator === "<").map(({ target }) => ({ word: target, places: placesOf(target) }));

const traitsOf = (seen: Seen): readonly string[] => TRAITS.filter(([, is]) => is(seen)).map(([name]) => name);
