/** The way to the servers of a session: until something is declared, nothing is loaded. */
import type { Event } from "@keelson/protocol";
import type { Site } from "../furnish.ts";
import type { Following, Servers } from "./ports.ts";

export function serversOf(site: Site, tell: (event: Event) => void): Servers {
  let opened: Servers | undefined;
  return {
    async renew(from) {
      const { lspServers, monitors } = from.catalog.named;
      if (!opened && lspServers.size + monitors.size === 0) return [];
      opened ??= (await import("./open.ts")).openServers(site, tell);
      return await opened.renew(from);
    },
    lsp: () => opened?.lsp(),
    follow(toolbox) {
      let following: Following | undefined;
      const open = (): Following | undefined => (following ??= opened?.follow(toolbox));
      return {
        touched: async (files, written) => await open()?.touched(files, written),
        news: async (at, signal) => (await open()?.news(at, signal)) ?? [],
      };
    },
    invoked: (skill) => opened?.invoked(skill),
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]();
    },
  };
}
