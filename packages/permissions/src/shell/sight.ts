// Where the paths of a command lead, as restrictions compare it, with its wildcards written out. Each is looked up once in a decision;
// then any number of rules is held against them without waiting.
import type { Spelled } from "../path/links.ts";
import { folderOf } from "../path/wildcard.ts";
import type { Ground } from "../scene.ts";
import { MARK } from "./marks.ts";
import type { FileTouch, Touch } from "./touch.ts";

/** `all`, `known`: of the folder before its first wildcard, where it holds one. */
export type Seen = Spelled & { readonly path: string };
/** `known`: that is all that its wildcards stand for. */
export type Sight = { readonly seen: readonly Seen[]; readonly known: boolean };
export type Sighted = {
  readonly touch: FileTouch;
  readonly sights: readonly Sight[];
  /** Of what version control keeps: the work trees; undefined where that can't be told. */
  readonly roots: readonly (string | undefined)[];
};

export async function sightAll(touches: readonly Touch[], ground: Ground, home: string): Promise<readonly Sighted[]> {
  const known = { guessed: new Map<string, Sight>(), named: new Map<string, Sight>() };
  const sighted: Sighted[] = [];
  for (const touch of touches) {
    if (touch.do === "net") continue;
    const sights: Sight[] = [];
    const before = touch.guessed ? known.guessed : known.named;
    const roots: (string | undefined)[] = [];
    for (const path of touch.place.paths) {
      if (touch.kept) {
        roots.push(await ground.workTreeOf(path));
        continue;
      }
      const sight = before.get(path) ?? (await sightOf(path, touch.guessed === true, ground, home));
      before.set(path, sight);
      sights.push(sight);
    }
    sighted.push({ touch, sights, roots });
  }
  return sighted;
}

async function sightOf(path: string, guessed: boolean, ground: Ground, home: string): Promise<Sight> {
  const { paths, known } = path.includes(MARK.glob) ? await ground.expand(path) : { paths: [path], known: true };
  const seen: Seen[] = [];
  for (const one of paths) {
    const meant = one.includes(MARK.glob) ? [folderOf(one)] : guessed ? spelledOut(one, home) : [one];
    const all: string[] = [];
    let resolved = true;
    for (const each of meant) {
      const spelled = await ground.spellToRestrict(each);
      all.push(...spelled.all);
      resolved &&= spelled.known;
    }
    seen.push({ path: one, all, known: resolved });
  }
  return { seen, known };
}

/** A tilde that bash doesn't expand a program may. */
function spelledOut(path: string, home: string): readonly string[] {
  const [, rest] = /\/~(\/.*)?$/s.exec(path) ?? [];
  return /\/~(?:\/|$)/.test(path) ? [path, `${home}${rest ?? ""}`] : [path];
}
