// Which commands walk through the links that they find beneath a folder: what they come to there no path of theirs tells.
import { anyName } from "./program.ts";
import type { Word } from "./marks.ts";

/** All of `by` are given, and none of `unless`. Short ones are single letters; long ones may be abbreviated. `first`: letters need no dash there. */
type Follower = { readonly by: readonly string[]; readonly unless?: string; readonly first?: true };

const GREP: Follower = { by: ["R dereference-recursive"] };
const OWNER: Follower = { by: ["R recursive", "L"] };
const COPY: Follower = { by: ["r R a recursive archive", "L dereference"] };
const FD: Follower = { by: ["L follow"] };

const FOLLOWERS: Readonly<Record<string, Follower>> = {
  grep: GREP,
  egrep: GREP,
  fgrep: GREP,
  rg: { by: ["L follow"] },
  ag: { by: ["f follow"] },
  ack: { by: ["follow"] },
  fd: FD,
  fdfind: FD,
  ls: { by: ["R recursive", "L dereference"] },
  tree: { by: ["l"] },
  du: { by: ["L dereference"] },
  diff: { by: ["r recursive"], unless: "no-dereference" },
  cp: COPY,
  chmod: OWNER,
  chown: OWNER,
  chgrp: OWNER,
  tar: { by: ["h dereference"], first: true },
  zip: { by: ["r R recurse-paths"], unless: "y symlinks" },
  rsync: { by: ["L k K copy-links copy-dirlinks keep-dirlinks copy-unsafe-links"] },
  scp: { by: ["r"] },
  "7z": { by: [] },
};

/** `words`: with the program's name. What looks like an option counts as one, wherever it stands. */
export function followsLinks(words: readonly Word[]): boolean {
  const [program, ...others] = words;
  const name = program && anyName(program);
  const texts = others.map(({ text }) => text);
  if (name === "find") return texts.some((text) => /^-(?:P*[HL][HLP]*|follow)$/.test(text));
  const follower = name !== undefined && Object.hasOwn(FOLLOWERS, name) ? FOLLOWERS[name] : undefined;
  if (!follower) return false;
  const { by, unless, first } = follower;
  const given = first && texts[0] !== undefined && /^[a-zA-Z]+$/.test(texts[0]) ? [`-${texts[0]}`, ...texts.slice(1)] : texts;
  return by.every((names) => isGiven(names, given)) && !(unless !== undefined && isGiven(unless, given));
}

const isGiven = (names: string, texts: readonly string[]): boolean =>
  names.split(" ").some((name) => texts.some((text) => (name.length > 1 ? isLong(name, text) : isShort(name, text))));

const isShort = (letter: string, text: string): boolean => /^-[a-zA-Z0-9]/.test(text) && text.includes(letter);
const isLong = (name: string, text: string): boolean => text.startsWith("--") && text.length > 3 && name.startsWith(text.slice(2));
