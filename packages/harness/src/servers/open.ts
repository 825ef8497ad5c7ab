/**
 * The language servers and monitors of a session. Loaded because some are declared. Rule: opening them starts nothing; a language server
 * starts at the first file of its that a tool touches, a monitor after a reply. What may not run any more is ended at once.
 */
import type { Event, Problem } from "@keelson/protocol";
import type { Site } from "../furnish.ts";
import { languagesOf } from "./languages.ts";
import type { Servers } from "./ports.ts";
import { findUsable } from "./usable.ts";
import { sane, watchingOf } from "./watching.ts";

/** None before the first reading is taken up. `tell`: what becomes of them, for the log and the screen. */
export function openServers(site: Site, tell: (event: Event) => void): Servers {
  const { house } = site;
  const languages = languagesOf(site, tell);
  const watching = watchingOf(site, tell);
  let known: readonly string[] = [];
  return {
    async renew(from) {
      const { lspServers, monitors, held } = await findUsable(from, house.place.keelHome);
      const { good, problems } = sane(house.ask ? monitors : []); // they tell a person's session what happens around it
      await languages.renew(lspServers);
      await watching.renew(good);
      const all = [...held, ...problems];
      const fresh = all.filter((problem) => !known.includes(wordsOf(problem)));
      known = all.map(wordsOf);
      return fresh;
    },
    lsp: () => languages.lsp(),
    invoked: watching.invoked,
    follow(root) {
      const following = languages.follow();
      if (!root) return following;
      return { ...following, news: async (at, signal) => [...(await watching.news(at, root)), ...(await following.news(at, signal))] };
    },
    [Symbol.asyncDispose]: () => languages[Symbol.asyncDispose](),
  };
}

const wordsOf = (problem: Problem): string => JSON.stringify(problem);
