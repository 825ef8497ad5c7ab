// What the model is told of a text: for each unit a set of signs (what its programs, words, places, hosts and company are) and a set of
// grams (runs of words and of characters). Deterministic; linear in the text's length.
import { alarmsOf, baseName, type Around } from "./alarms.ts";
import { verbKinds } from "./verbs.ts";
import { readUnits, type Unit } from "./units.ts";
import { viewOf, type View } from "./view.ts";
import { placesOf } from "./places.ts";

export type Features = { readonly signs: ReadonlySet<string>; readonly grams: ReadonlySet<string>; readonly alarmed: boolean };
export type Featured = { readonly units: readonly Features[]; readonly broken: boolean };

/** Signs that begin so are alarms, whose weight has a floor. */
export const ALARM = "!";

export function featuresOf(text: string): Featured {
  const { units, broken } = readUnits(text);
  const views = new Map(units.map((unit) => [unit, viewOf(unit)]));
  const earlier = new Set<string>();
  const fetched = new Set<string>();
  const featured = units.map((unit) => {
    const view = views.get(unit) ?? viewOf(unit);
    const around = { before: traitsAt(unit.before, views), inside: traitsAt(unit.inside, views), earlier, fetched };
    const signs = signsOf(view, around, units.length);
    for (const trait of view.traits) earlier.add(trait);
    if (view.traits.includes("fetches")) for (const name of savedBy(view)) fetched.add(name);
    return { signs, grams: gramsOf(view), alarmed: [...signs].some((sign) => sign.startsWith(ALARM)) };
  });
  return { units: featured, broken };
}

const traitsAt = (units: readonly Unit[], views: ReadonlyMap<Unit, View>): Set<string> =>
  new Set(units.flatMap((unit) => views.get(unit)?.traits ?? []));

/** Names of files that a download may leave. */
function savedBy({ operands, writes, reaches }: View): readonly string[] {
  const words = [...operands, ...writes].map(({ word }) => word).concat(reaches.map(({ path }) => path));
  return words.map(baseName).filter((name) => name.length > 1 && !name.startsWith("-"));
}

function signsOf(view: View, around: Around, count: number): ReadonlySet<string> {
  const signs = new Set<string>();
  const groups = view.name === "" ? ["nothing"] : view.classes.length > 0 ? view.classes : ["stranger"];
  const add = (sign: string): void => void signs.add(sign);
  const addFor = (kind: string, what: string): void => {
    add(`${kind}:${what}`);
    for (const group of groups) add(`${kind}:${what}@${group}`);
    add(`${kind}:${what}@@${view.name}`);
  };
  programSigns(view, groups, add);
  wordSigns(view, groups, addFor, add);
  surroundings(view, around, addFor);
  textSigns(view, addFor);
  for (const alarm of alarmsOf(view, around)) {
    add(`${ALARM}${alarm}`);
    add(`alarm:${alarm}@@${view.name}`);
  }
  if (count === 1) add("alone");
  return signs;
}

type Add = (sign: string) => void;
type AddFor = (kind: string, what: string) => void;

function programSigns({ unit, name, operands, options }: View, groups: readonly string[], add: Add): void {
  add(`p:${name}`);
  for (const group of groups) add(`c:${group}`);
  const program = unit.words[0];
  if (program?.value.includes("/") === true) for (const place of placesOf(program.value)) add(`runs:${place}`);
  for (const mark of program?.marks ?? []) add(`program:${mark}`);
  const subs = operands
    .map(({ word }) => word)
    .filter((word) => /^[a-zA-Z][\w:.-]*$/.test(word))
    .slice(0, 3);
  let path = name;
  for (const [at, sub] of subs.entries()) {
    path += ` ${sub}`;
    add(`s:${path}`);
    add(`w:${name} ${sub}`);
    for (const kind of verbKinds(sub)) {
      add(`v:${kind}`);
      add(`v:${kind}@@${name}`);
      add(`v${at}:${kind}`);
      for (const group of groups) {
        add(`v:${kind}@${group}`);
        add(`v${at}:${kind}@${group}`);
      }
    }
  }
  const [first = ""] = subs;
  for (const option of options) {
    add(`f:${option}`);
    add(`f:${option}@@${name}`);
    add(`f:${option}@@${name} ${first}`);
    for (const group of groups) add(`f:${option}@${group}`);
  }
  if (unit.words.length === 1) add(`bare:${name}`);
}

function wordSigns(view: View, groups: readonly string[], addFor: AddFor, add: Add): void {
  const { operands, writes, reaches, unit, name } = view;
  const [first = ""] = operands.map(({ word }) => word);
  for (const { places } of operands)
    for (const place of places) {
      addFor("a", place);
      if (/^[a-z][\w-]*$/.test(first)) add(`a:${place}@@${name} ${first}`);
    }
  const files = operands.filter(({ places }) => places.length > 0);
  if (
    files.length > 0 &&
    files.every(
      ({ places }) =>
        places.some((place) => place.startsWith("made")) &&
        !places.includes("absolute") &&
        !places.includes("under-home") &&
        !places.includes("above"),
    )
  )
    addFor("all", "made");
  if (files.length > 0 && files.every(({ places }) => places.includes("project-file"))) addFor("all", "project");
  if (files.some(({ places }) => places.includes("absolute") && !places.includes("temporary") && !places.includes("no-device")))
    addFor("some", "absolute");
  for (const { word, places } of writes) {
    for (const place of places) addFor("to", place);
    if (places.length === 0) addFor("to", /[$`]/.test(word) ? "variable" : "other");
  }
  for (const { operator, target } of unit.redirects) {
    add(`r:${operator}`);
    if (operator === "<") for (const place of placesOf(target)) addFor("from", place);
  }
  for (const { kinds, scheme, path } of reaches) {
    for (const kind of kinds) addFor("h", kind);
    addFor("scheme", scheme);
    for (const place of placesOf(path)) addFor("url", place);
    for (const kind of kinds) for (const option of view.options) add(`f:${option}@h:${kind}@@${name}`);
    if (kinds.includes("loopback")) for (const group of groups) add(`loop@${group}`);
  }
  for (const assign of unit.assigns) {
    const set = assign.indexOf("=");
    add(`e:${assign.slice(0, set)}`);
    for (const place of placesOf(assign.slice(set + 1))) add(`e:${place}`);
    for (const { kinds } of reachesIn(assign)) for (const kind of kinds) add(`eh:${kind}`);
  }
}

const reachesIn = (text: string): readonly { kinds: readonly string[] }[] => (/:\/\//.test(text) ? [{ kinds: ["address"] }] : []);

function surroundings({ unit, traits }: View, around: Around, addFor: AddFor): void {
  for (const via of unit.via) addFor("via", via);
  for (const trait of traits) addFor("is", trait);
  for (const trait of around.before) addFor("after", trait);
  for (const trait of around.inside) addFor("holds", trait);
  for (const trait of around.earlier) addFor("since", trait);
  if (unit.before.length > 0) addFor("after", `p:${unit.before.at(-1)?.words[0]?.value ?? ""}`);
}

type Shape = readonly [name: string, test: RegExp];

const SHAPES: readonly Shape[] = [
  ["base64", /(?:^|[\s"'=,(])(?=[A-Za-z0-9+/]*\d)(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{20,}={0,2}(?:$|[\s"',)])/],
  ["hex", /(?:^|\W)(?:0x)?[0-9a-f]{24,}(?:\W|$)/i],
  ["escapes", /(?:\\x[0-9a-f]{2}|\\[0-7]{3}|\\u[0-9a-f]{4}){2}/i],
  ["field-separator", /\$\{?IFS/],
  ["foreign", /[^\x00-\x7f]/],
  ["control", /[\x00-\x08\x0b-\x1f\x7f]/],
  ["url-escapes", /(?:%[0-9a-f]{2}){3}/i],
  ["secret-variable", /\$\{?\w*(?:SECRET|TOKEN|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|CREDENTIAL|PRIVATE_KEY|DATABASE_URL|_PAT\b)\w*/i],
  ["home-variable", /\$\{?HOME\b|~\//],
  ["bearer", /authorization|bearer|x-api-key|private-token/i],
  ["pull", /\b(?:curl|wget)\b/],
  ["shell-word", /(?:^|[\s/"'(])(?:ba|z|da|k)?sh(?:$|[\s"')])/],
  ["semicolon-text", /["'][^"']*;[^"']*["']/],
  [
    "force",
    /(?:^|\s)(?:--force|--yes|-y|--no-verify|--assume-yes|--auto-approve|--no-preserve-root|--hard|--no-confirm|--skip-confirmation|--quiet-force)(?:\s|=|$)/,
  ],
  [
    "try-only",
    /(?:^|\s)(?:--dry-run|--check|--diff|--list|--plan|--whatif|-n|--no-act|--simulate|--preview|--noop|--help|--version|-h|-V|--dryrun|--collect-only|--listFiles|--list-files|--diff-filter)(?:\s|=|$)/,
  ],
  ["number", /^\S+\s+-?\d+$/],
];

function textSigns(view: View, addFor: AddFor): void {
  const { unit, code, sql, options } = view;
  for (const sign of code) addFor("code", sign);
  for (const sign of sql) addFor("sql", sign);
  for (const [name, test] of SHAPES) if (test.test(unit.text)) addFor("shape", name);
  for (const { marks, text } of unit.words.slice(1)) {
    for (const mark of marks) addFor("mark", mark);
    if (text.startsWith("$'")) addFor("mark", "ansi");
  }
  if (unit.input !== "") addFor("input", unit.input.length > 400 ? "long" : "short");
  addFor("length", String(Math.min(9, Math.round(Math.log2(1 + unit.text.length)))));
  if (options.length === 0) addFor("options", "none");
}

const LONGEST_GRAMS = 800; // characters
const CHARACTERS = [3, 4, 5];

function gramsOf({ unit }: View): ReadonlySet<string> {
  const grams = new Set<string>();
  const text = `${unit.text} ${unit.assigns.join(" ")} ${unit.redirects.map(({ operator, target }) => operator + target).join(" ")} ${unit.input}`;
  const plain = text.slice(0, LONGEST_GRAMS).toLowerCase().replaceAll(/\d+/g, "0").replaceAll(/\s+/g, " ").trim();
  const words = plain.split(/[\s"'()=;,|]+/).filter((word) => word !== "");
  for (const [at, word] of words.entries()) {
    grams.add(`1${word}`);
    if (at > 0) grams.add(`2${words[at - 1]} ${word}`);
  }
  const padded = ` ${plain} `;
  for (const size of CHARACTERS) for (let at = 0; at + size <= padded.length; at += 1) grams.add(`c${padded.slice(at, at + size)}`);
  return grams;
}
