/**
 * What comes into play when a tool touches a file: instructions of the folders between the session's and the file's, rules and skills whose
 * `paths` fit, skills of those folders. Rule: each is told once, behind the result of the call, for as long as it stands in the context.
 */
import { dirname, relative, sep } from "node:path";
import { catalogOf, matchPaths, nestedLayers, readCatalog, type Catalog } from "@keelson/loader";
import type { Event, Problem, Provenance } from "@keelson/protocol";
import { instructionsFor, toldEvent, type MatchPaths } from "../instructions/gather.ts";
import { folderOf } from "../instructions/order.ts";
import type { Before, Loaded, TellPorts } from "../instructions/tell.ts";
import { announce } from "../skills/listing.ts";
import { digestOf } from "../skills/memory.ts";
import { scopeSkills, type SkillScope } from "../skills/scope.ts";
import { PROVENANCE, type Entry, type NestedCatalog, type Shelf } from "../skills/shelf.ts";

export type TouchOf = {
  readonly catalog: () => Catalog;
  /** Of the session: nothing above it, and nothing beside it, is nested. */
  readonly cwd: string;
  /** An untrusted folder's texts aren't read, wherever in it they stand. */
  readonly trusted: boolean;
  readonly ports: () => Promise<TellPorts>;
  readonly shelf: () => Shelf;
  /** Takes what was found up into the shelf. */
  readonly addNested: (nested: NestedCatalog) => void;
  readonly told: () => Before;
  readonly tell: (...events: readonly Event[]) => void;
  readonly receive: (words: string, from: Provenance) => void;
  readonly heard: (loaded: readonly Loaded[]) => void;
};

export class Touch {
  readonly #of: TouchOf;
  readonly #seen = new Set<string>();
  readonly #nested = new Map<string, Promise<Catalog>>();
  readonly #match = new Map<string, Promise<(path: string) => boolean>>();
  readonly #complained = new Set<string>();
  #scoped: { readonly shelf: Shelf; readonly scope: Promise<SkillScope> } | undefined;
  #standing = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(of: TouchOf) {
    this.#of = of;
  }

  /** One after the other: of two calls at once the second finds told what the first one told. */
  async files(touched: readonly string[]): Promise<void> {
    const standing = this.#of.told().size;
    if (standing < this.#standing) this.#seen.clear(); // the context was made smaller: what is gone is told again
    this.#standing = standing;
    for (const file of touched) {
      if (this.#seen.has(file)) continue;
      this.#seen.add(file);
      const before = this.#turn;
      const turn = (async () => {
        await before;
        await this.#take(file);
      })();
      this.#turn = turn.catch(() => undefined); // whoever touched the file is told
      await turn;
    }
  }

  async #take(file: string): Promise<void> {
    const { catalog, cwd, trusted, ports, told, tell, receive, heard } = this.#of;
    const nested = trusted ? await this.#below(file) : NONE;
    const about = { catalog: catalog(), nested };
    const { loaded, words, problems } = await instructionsFor(file, about, { ...(await ports()), matchPaths: this.#matching }, told());
    if (loaded.length > 0) {
      tell(toldEvent(loaded));
      heard(loaded);
    }
    for (const { from, text } of words) receive(text, from);
    this.#complain(problems);
    for (const [folder, layers] of Map.groupBy(nested.layers, ({ layer }) => folderOf(layer)))
      this.#of.addNested({ place: relative(cwd, folder).split(sep).join("/"), catalog: catalogOf(layers) });
    await this.#announce(file, nested);
  }

  async #announce(file: string, nested: Catalog): Promise<void> {
    const { shelf, cwd, told, tell, receive } = this.#of;
    const shelved = shelf();
    if (this.#scoped?.shelf !== shelved) this.#scoped = { shelf: shelved, scope: scopeSkills(shelved.entries, this.#matching, cwd) };
    const files = new Set([...nested.named.skills.values(), ...nested.named.commands.values()].map(({ part }) => part.file));
    const come = [
      ...(await this.#scoped.scope).entriesFor(file),
      ...shelved.entries.filter(({ decl }) => files.has(decl.file) && decl.paths === undefined),
    ].filter(({ forModel, decl }) => forModel && !told().has(decl.file));
    for (const [from, entries] of Map.groupBy(come, ({ origin }) => PROVENANCE[origin])) {
      tell(announced(entries));
      receive(announce(entries), from);
    }
  }

  readonly #matching: MatchPaths = (patterns, base) => {
    const key = JSON.stringify([base, patterns]);
    const made = this.#match.get(key) ?? matchPaths(patterns, base);
    this.#match.set(key, made);
    return made;
  };

  #below(file: string): Promise<Catalog> {
    const folder = dirname(file);
    const read = this.#nested.get(folder) ?? readBelow(this.#of.cwd, file);
    this.#nested.set(folder, read);
    return read;
  }

  #complain(problems: readonly Problem[]): void {
    for (const { file, text, code = "instructions" } of problems) {
      const words = `${file} ${text}`;
      if (!this.#complained.has(words)) this.#of.tell({ type: "notice.raised", severity: "warning", code, text: words });
      this.#complained.add(words);
    }
  }
}

const NONE: Catalog = catalogOf([]);

async function readBelow(cwd: string, file: string): Promise<Catalog> {
  const layers = nestedLayers(cwd, file);
  return layers.length === 0 ? NONE : await readCatalog(layers);
}

const announced = (entries: readonly Entry[]): Event => ({
  type: "session.changed",
  change: { told: Object.fromEntries(entries.map(({ id, decl }) => [decl.file, digestOf(id)])) },
});
