/**
 * The language servers and monitors of a session. Loaded because some are declared. Rule: opening them starts nothing; a language server
 * starts at the first file of its that a tool touches, a monitor after the first reply.
 */
import type { Event, Problem } from "@keelson/protocol";
import type { Site } from "../furnish.ts";
import { languagesOf } from "./languages.ts";
import type { Servers } from "./ports.ts";
import { findUsable } from "./usable.ts";
import { sane, watchingOf } from "./watching.ts";

export type ServersOpened = { readonly servers: Servers | undefined; readonly problems: readonly Problem[] };

/** `tell`: what becomes of them, for the log and the screen. */
export async function openServers(site: Site, tell: (event: Event) => void): Promise<ServersOpened> {
  const { house, gathered } = site;
  const { lspServers, monitors, held } = await findUsable(gathered, house.place.keelHome);
  const { good, problems } = sane(house.ask ? monitors : []); // they tell a person's session what happens around it
  const told = [...held, ...problems];
  if (lspServers.length + good.length === 0) return { servers: undefined, problems: told };
  const languages = languagesOf(lspServers, site, tell);
  const watching = watchingOf(good, site, tell);
  const servers: Servers = {
    lsp: languages.lsp,
    invoked: watching.invoked,
    follow(root) {
      const following = languages.follow();
      if (!root) return following;
      return { ...following, news: async (at, signal) => [...(await watching.news(at, root)), ...(await following.news(at, signal))] };
    },
    [Symbol.asyncDispose]: () => languages[Symbol.asyncDispose](),
  };
  return { servers, problems: told };
}
