/**
 * The language servers and monitors of a session. Loaded because some are declared. Rule: opening them starts nothing; a language server
 * starts at the first file of its that a tool touches, a monitor after the first reply.
 */
import { text, type Event, type Problem, type ServerDecl } from "@keelson/protocol";
import { scrub, startProcess } from "@keelson/tools";
import type { LanguageServers } from "@keelson/tools/servers";
import type { Site } from "../furnish.ts";
import type { DiagnosticsNews } from "./news.ts";
import type { Following, Servers } from "./ports.ts";
import { findUsable, type AllUsable } from "./usable.ts";
import { fillWith, variablesOf } from "./variables.ts";

export type ServersOpened = { readonly servers: Servers | undefined; readonly problems: readonly Problem[] };

/** `tell`: what becomes of them, for the log and the screen. */
export async function openServers(site: Site, tell: (event: Event) => void): Promise<ServersOpened> {
  const { house, gathered } = site;
  const { lspServers, held } = await findUsable(gathered, house.place.keelHome);
  if (lspServers.length === 0) return { servers: undefined, problems: held };
  const running = lazily(site, lspServers, tell);
  const endings = lspServers.flatMap(({ part }) => endingsOf(part));
  const concerns = (file: string): boolean => endings.some((ending) => file.endsWith(ending));
  return {
    problems: held,
    servers: {
      lsp: { ask: async (path, method, params, signal) => await (await running.start()).ask(path, method, params, signal) },
      follow: () => followingOf(running.start, concerns, site),
      invoked: () => {},
      async [Symbol.asyncDispose]() {
        await (await running.started())?.[Symbol.asyncDispose]();
      },
    },
  };
}

type Running = { readonly start: () => Promise<LanguageServers>; readonly started: () => Promise<LanguageServers> | undefined };

function lazily({ house, gathered, files }: Site, lspServers: AllUsable["lspServers"], tell: (event: Event) => void): Running {
  const { place, clock } = house;
  const env = { ...scrub(place.env, place.platform), ...gathered.settings.env };
  const { cwd } = gathered.folders;
  const warn = (words: string): void => tell({ type: "notice.raised", severity: "warning", code: "language_server", text: words });
  const open = async (): Promise<LanguageServers> => {
    const { openLanguageServers, readSpec } = await import("@keelson/tools/servers");
    const specs = lspServers.map(({ part, root, data }) => {
      const variables = variablesOf({ root, data, projectDir: cwd });
      return readSpec(part, { fill: fillWith(variables, env), env: { ...env, ...variables }, cwd });
    });
    return openLanguageServers(specs, { run: startProcess, clock, files, tell: warn });
  };
  let running: Promise<LanguageServers> | undefined;
  return { start: () => (running ??= open()), started: () => running };
}

function followingOf(start: Running["start"], concerns: (file: string) => boolean, { house, gathered, files }: Site): Following {
  let news: Promise<DiagnosticsNews> | undefined;
  const open = async (): Promise<DiagnosticsNews> => {
    const { DiagnosticsNews: News } = await import("./news.ts");
    return new News(await start(), { clock: house.clock, files, cwd: gathered.folders.cwd });
  };
  return {
    async touched(touched, written) {
      const ours = touched.filter(concerns);
      if (ours.length === 0) return;
      news ??= open();
      await (await news).touched(ours, written.filter(concerns));
    },
    async news(at, signal) {
      const words = await (await news)?.take(at, signal);
      return words === undefined ? [] : [{ type: "context.added", from: "plugin", content: [text(words)] }];
    },
  };
}

function endingsOf({ config: { extensionToLanguage } }: ServerDecl): readonly string[] {
  return typeof extensionToLanguage === "object" && extensionToLanguage !== null ? Object.keys(extensionToLanguage) : [];
}
