// What a command does to the world, as far as its words tell: files, folders, hosts.
import { MARK, type Word } from "./marks.ts";
import { within, type Whereabouts } from "./whereabouts.ts";

/** Absolute paths: any of them may be meant. A wildcard in one is marked. `unknown`: it may also be elsewhere. */
export type Place = { readonly paths: readonly string[]; readonly unknown: boolean };

/**
 * `list`: names and sizes, no content. `under`: everything beneath it too. `guessed`: the word may as well be no path;
 * good enough to see what must not be touched, never to say what is.
 */
export type Touch =
  | {
      readonly do: "read" | "list" | "write" | "delete" | "cd";
      readonly place: Place;
      readonly under?: true;
      readonly guessed?: true;
      /** Of a removal: no folder can be lost by it as a whole. */
      readonly single?: true;
      /** Of a removal: a file that another takes the place of. */
      readonly over?: true;
      /** Of a removal: only some of what lies beneath. */
      readonly part?: true;
      /** What version control keeps of the files of the work tree that the place lies in. */
      readonly kept?: true;
      /** Of a write: what lies beneath these folders is put there. */
      readonly brings?: readonly Place[];
    }
  | { readonly do: "net"; readonly host: string | undefined };
export type FileTouch = Exclude<Touch, { do: "net" }>;

// oxlint-disable-next-line no-control-regex -- the marks
const UNKNOWN = /[\u0005\u0006]/;

export const NOWHERE: Place = { paths: [], unknown: true };

export function placeOf(text: string, at: Whereabouts): Place {
  if (UNKNOWN.test(text)) return { paths: [], unknown: true };
  const wild = text.indexOf(MARK.glob);
  if (wild !== -1 && /(?:^|\/)\.\.(?:\/|$)/.test(text.slice(text.lastIndexOf("/", wild) + 1))) return { paths: [], unknown: true };
  if (text === "") return { paths: [], unknown: false };
  return { paths: at.folders.map((folder) => within(folder, text)), unknown: at.lost && !text.startsWith("/") };
}

export const here = (at: Whereabouts): Place => ({ paths: at.folders, unknown: at.lost });

/** Reading or writing these touches no file. */
const PIPES = /^\/dev\/(?:null|zero|stdin|stdout|stderr|tty|fd\/\d+)$/;
const SOURCES = /^\/dev\/(?:null|stdin|stdout|stderr|fd\/\d+)$/;
const isPipe = (text: string, reads: boolean): boolean => (reads ? SOURCES : PIPES).test(text) && text !== "/dev/zero";

export const file = (kind: FileTouch["do"], word: Word, at: Whereabouts): readonly Touch[] =>
  isPipe(word.text, kind === "read") ? [] : [{ do: kind, place: placeOf(word.text, at) }];
