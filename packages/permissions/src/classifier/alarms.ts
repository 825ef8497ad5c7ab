// Shapes that speak for themselves. Training may weigh an alarm as it finds it, but never below a floor: no harmless company talks it down.
import { loadsCode, runsHidden } from "./hidden.ts";
import type { View } from "./view.ts";

/** `earlier`: traits of units before this one; `before`: of its pipe; `fetched`: files that an earlier unit downloaded. */
export type Around = {
  readonly before: ReadonlySet<string>;
  readonly inside: ReadonlySet<string>;
  readonly earlier: ReadonlySet<string>;
  readonly fetched: ReadonlySet<string>;
};
type Alarm = readonly [name: string, rings: (view: View, around: Around) => boolean];

const is = (view: View, ...classes: readonly string[]): boolean => classes.some((one) => view.classes.includes(one));
const option = ({ options }: View, ...wanted: readonly string[]): boolean => wanted.some((one) => options.includes(one));
const any = (set: ReadonlySet<string>, ...wanted: readonly string[]): boolean => wanted.some((one) => set.has(one));
const touches = ({ operands, writes }: View, ...places: readonly string[]): boolean =>
  [...operands, ...writes].some((operand) => places.some((place) => operand.places.includes(place)));
const writesTo = (view: View, ...places: readonly string[]): boolean => {
  const last = view.operands.at(-1);
  const copied = /^(?:cp|mv|ln|install|rsync)$/.test(view.name) && last !== undefined ? { ...view, operands: [last] } : view;
  const edits =
    is(view, "place") ||
    view.name === "tee" ||
    (/^(?:sed|perl)$/.test(view.name) && view.options.some((one) => /^-[a-z]*i|^--in-place/.test(one)));
  return touches({ ...view, operands: [] }, ...places) || (edits && touches({ ...copied, writes: [] }, ...places));
};
const runsInput = (view: View): boolean =>
  is(view, "shell", "runtime") &&
  (view.operands.length === 0 || option(view, "-s") || view.operands.every(({ word }) => word === "-" || word === "/dev/stdin"));
const said = (view: View, what: RegExp): boolean => what.test(view.unit.text);

export const ALARMS: readonly Alarm[] = [
  [
    "runs-download",
    (view, { before, inside }) =>
      (runsInput(view) && any(before, "fetches")) ||
      (is(view, "shell", "run", "runtime") && any(inside, "fetches") && any(inside, "reaches-out")),
  ],
  [
    "runs-decoded",
    (view, { before, inside }) => (runsInput(view) && any(before, "decodes")) || (is(view, "shell", "run") && any(inside, "decodes")),
  ],
  [
    "runs-fetched-file",
    (view, { fetched }) =>
      [...view.unit.words.map(({ value }) => value)].some((word) => fetched.has(baseName(word))) &&
      (is(view, "shell", "run", "runtime", "system_package") || fetched.has(baseName(view.name))),
  ],
  ["network-device", ({ unit, reaches }) => reaches.some(({ scheme }) => scheme === "device") || /\/dev\/(?:tcp|udp)\//.test(unit.text)],
  [
    "loader",
    ({ unit, name, operands }) =>
      [
        ...unit.assigns,
        ...(/^(?:export|declare|typeset|env)$/.test(name)
          ? operands.map(({ word }) => word).concat(unit.words.map(({ value }) => value))
          : []),
      ].some(loadsCode),
  ],
  [
    "privilege",
    (view) =>
      is(view, "privilege") || view.unit.via.some((one) => /^(?:sudo|doas|su|pkexec|run0|runuser|chroot|nsenter|unshare)$/.test(one)),
  ],
  [
    "deletes-far",
    (view) =>
      is(view, "delete") && touches(view, "root", "home", "etc", "system", "var", "device", "mount", "home-dot", "above", "git-dir"),
  ],
  ["deletes-all", (view) => is(view, "delete") && touches(view, "whole-folder") && option(view, "-r", "-R", "-rf", "--recursive")],
  [
    "writes-device",
    (view) =>
      touches(view, "device") && (is(view, "disk", "place") || view.writes.length > 0 || view.name === "tee" || view.name === "cat"),
  ],
  [
    "sends-secret",
    (view, { before, inside, earlier }) =>
      (is(view, "fetch", "socket", "copy_out", "mail", "ssh") || said(view, /^openssl s_client/)) &&
      !onlyLoopback(view) &&
      (view.traits.includes("secret") ||
        any(before, "secret", "environment") ||
        any(inside, "secret", "environment") ||
        (any(earlier, "secret") && option(view, "-d", "-F", "-T", "--data", "--data-binary", "--upload-file"))),
  ],
  [
    "reads-secret",
    (view) =>
      is(view, "read", "encode", "archive", "search", "structured", "stream", "place", "copy_out") &&
      !/^(?:ls|stat|file|wc|du|touch|mkdir|find|openssl)$/.test(view.name) &&
      !touches(view, "env-example") &&
      touches(view, "credential", "key-file", "account-file", "env-file"),
  ],
  [
    "reverse-shell",
    (view) =>
      (is(view, "socket") && (option(view, "-e", "-c", "--exec", "--sh-exec") || said(view, /\bexec:|\bsystem:/i))) ||
      view.code.includes("reverse-shell") ||
      (is(view, "shell") && option(view, "-i") && view.unit.redirects.length > 0),
  ],
  ["stays", (view) => writesTo(view, "startup", "autostart", "hook", "account-file") || (view.name === "crontab" && !option(view, "-l"))],
  [
    "writes-system",
    (view) => writesTo(view, "etc", "system", "sys", "proc") || (view.name === "chmod" && touches(view, "root", "etc", "system")),
  ],
  ["fork-bomb", ({ unit }) => unit.via.includes("function") && unit.words[0]?.value === ":"],
  [
    "wipes-traces",
    (view) =>
      (view.name === "history" && option(view, "-c", "-w", "-d")) ||
      said(view, /\bHISTFILE|HISTSIZE|HISTCONTROL|HISTFILESIZE/) ||
      view.unit.assigns.some((one) => /^HIST(?:FILE|SIZE|CONTROL|FILESIZE)=/.test(one)) ||
      ((is(view, "delete", "place") || view.writes.length > 0) && touches(view, "history", "log-place")),
  ],
  ["hidden-run", (view) => runsHidden([view.name, ...view.unit.via], view.unit.whole)],
  [
    "obscured-program",
    ({ unit: { words, via } }) =>
      (words[0]?.marks ?? []).some((mark) => !PLAIN.includes(mark) && !(mark === "CommandExpansion" && via.at(-1) === "eval")),
  ],
  ["metadata-service", ({ reaches }) => reaches.some(({ kinds }) => kinds.includes("metadata"))],
  [
    "drop-host",
    (view) =>
      is(view, "fetch", "socket", "copy_out", "ssh", "lookup") &&
      view.reaches.some(({ kinds }) => kinds.includes("drop") || kinds.includes("onion")),
  ],
  ["attack-tool", (view) => is(view, "scan")],
];

/** A program in a variable is common in scripts: a sign, not an alarm. */
const PLAIN = ["SimpleExpansion", "variable"];

const onlyLoopback = ({ reaches }: View): boolean => reaches.length > 0 && reaches.every(({ kinds }) => kinds.includes("loopback"));
export const baseName = (word: string): string => word.slice(word.lastIndexOf("/") + 1);

export const alarmsOf = (view: View, around: Around): readonly string[] =>
  ALARMS.filter(([, rings]) => rings(view, around)).map(([name]) => name);
