/** The way to the servers of a session: where nothing is declared, nothing is loaded. */
import type { Event } from "@keelson/protocol";
import type { Site } from "../furnish.ts";
import type { ServersOpened } from "./open.ts";

export async function serversOf(site: Site, tell: (event: Event) => void): Promise<ServersOpened> {
  const { lspServers, monitors } = site.gathered.catalog.named;
  if (lspServers.size + monitors.size === 0) return { servers: undefined, problems: [] };
  return await (await import("./open.ts")).openServers(site, tell);
}
