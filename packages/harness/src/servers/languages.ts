/** Language servers in a session: nothing of them is loaded before a file of theirs is touched. */
import { text, type Event, type ServerDecl } from "@keelson/protocol";
import { scrub, startProcess, type Lsp } from "@keelson/tools";
import type { LanguageServers } from "@keelson/tools/servers";
import type { Site } from "../furnish.ts";
import type { DiagnosticsNews } from "./news.ts";
import type { Following } from "./ports.ts";
import type { AllUsable } from "./usable.ts";
import { fillWith, variablesOf } from "./variables.ts";

type Declared = AllUsable["lspServers"];
/** `renew`: these from now on. */
export type Languages = AsyncDisposable & { lsp(): Lsp | undefined; renew(declared: Declared): Promise<void>; follow(): Following };

export function languagesOf(site: Site, tell: (event: Event) => void): Languages {
  let declared: Declared = [];
  let running: Promise<LanguageServers> | undefined;
  const start = (): Promise<LanguageServers> => (running ??= open(() => declared, site, tell));
  const concerns = (file: string): boolean => declared.some(({ part }) => endingsOf(part).some((ending) => file.endsWith(ending)));
  const lsp: Lsp = { ask: async (path, method, params, signal) => await (await start()).ask(path, method, params, signal) };
  return {
    lsp: () => (declared.length === 0 ? undefined : lsp),
    async renew(next) {
      declared = next;
      if (running) await renewed(await running, next, site);
    },
    follow: () => followingOf({ start, started: () => running, concerns }, site),
    async [Symbol.asyncDispose]() {
      await (await running)?.[Symbol.asyncDispose]();
    },
  };
}

async function open(declared: () => Declared, site: Site, tell: (event: Event) => void): Promise<LanguageServers> {
  const { openLanguageServers } = await import("@keelson/tools/servers");
  const { house, files } = site;
  const warn = (words: string): void => tell({ type: "notice.raised", severity: "warning", code: "language_server", text: words });
  const servers = openLanguageServers([], { run: startProcess, clock: house.clock, files, tell: warn });
  await renewed(servers, declared(), site);
  return servers;
}

async function renewed(servers: LanguageServers, declared: Declared, { house: { place }, gathered }: Site): Promise<void> {
  const { readSpec } = await import("@keelson/tools/servers");
  const env = { ...scrub(place.env, place.platform), ...gathered.settings.env };
  const { cwd } = gathered.folders;
  const specs = declared.map(({ part, root, data }) => {
    const variables = variablesOf({ root, data, projectDir: cwd });
    return readSpec(part, { fill: fillWith(variables, env), env: { ...env, ...variables }, cwd });
  });
  servers.renew(specs);
}

type Running = {
  readonly start: () => Promise<LanguageServers>;
  readonly started: () => Promise<LanguageServers> | undefined;
  readonly concerns: (file: string) => boolean;
};

function followingOf({ start, started, concerns }: Running, { house, gathered, files }: Site): Following {
  let news: Promise<DiagnosticsNews> | undefined;
  const open = async (): Promise<DiagnosticsNews> => {
    const { DiagnosticsNews: News } = await import("./news.ts");
    return new News(await start(), { clock: house.clock, files, cwd: gathered.folders.cwd });
  };
  return {
    async touched(touched, written) {
      const ours = touched.filter(concerns);
      if (written.length > 0) (await started())?.wrote(written);
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
