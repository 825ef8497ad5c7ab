// Files that a program removes besides what it is there for: by an option, or because it puts another file in their place.
import type { Word } from "./marks.ts";
import { placeOf, type Touch } from "./touch.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** `by`: options that make it so, none where it always does; `unless`: options that keep it from that. `of`: which operands. */
type Remover = { readonly by?: RegExp; readonly unless?: RegExp; readonly of: (operands: readonly Word[]) => readonly Word[] };

const all = (operands: readonly Word[]): readonly Word[] => operands;
const last = (operands: readonly Word[]): readonly Word[] => operands.slice(-1);
const butFirst = (operands: readonly Word[]): readonly Word[] => operands.slice(1);
const butLast = (operands: readonly Word[]): readonly Word[] => operands.slice(0, -1);
const PACKS: Remover = { unless: /^-[a-zA-Z0-9]*[cklt]|^--(?:stdout|to-stdout|keep|list|test|help|version)$/, of: all };
const TRASH: Remover = { of: all };

const REMOVERS: Readonly<Record<string, readonly Remover[]>> = {
  rsync: [
    { by: /^--del/, of: last },
    { by: /^--remove-s/, of: butLast },
  ],
  tar: [{ by: /^--remove-f/, of: all }],
  zip: [{ by: /^-[a-zA-Z0-9]*m|^--mo/, of: butFirst }],
  "7z": [{ by: /^-sdel/, of: all }],
  zstd: [{ by: /^--rm$/, of: all }],
  gzip: [PACKS],
  gunzip: [PACKS],
  bzip2: [PACKS],
  bunzip2: [PACKS],
  xz: [PACKS],
  unxz: [PACKS],
  lzma: [PACKS],
  compress: [PACKS],
  uncompress: [PACKS],
  gio: [{ by: /^(?:trash|remove)$/, of: butFirst }],
  "gvfs-trash": [TRASH],
  "trash-put": [TRASH],
  "trash-rm": [TRASH],
  rmtrash: [TRASH],
  "safe-rm": [TRASH],
  rip: [TRASH],
  wipe: [TRASH],
};

/** `words`: behind the program's name. */
export function removedBesides(name: string, words: readonly Word[], at: Whereabouts): readonly Touch[] {
  const removers = Object.hasOwn(REMOVERS, name) ? (REMOVERS[name] ?? []) : [];
  const operands = words.filter(({ text }) => !text.startsWith("-") && !/^[\w.-]+:/.test(text));
  const gone = removers.flatMap(({ by, unless, of }) =>
    (by === undefined || words.some(({ text }) => by.test(text))) && !words.some(({ text }) => unless?.test(text)) ? of(operands) : [],
  );
  return gone.map((word) => ({ do: "delete", place: placeOf(word.text, at), under: true }));
}
