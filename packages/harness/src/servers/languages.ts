/** Language servers in a session: nothing of them is loaded before a file of theirs is touched. */
import { text, type Event, type ServerDecl } from "@keelson/protocol";
import { scrub, startProcess, type Lsp } from "@keelson/tools";
import type { LanguageServers } from "@keelson/tools/servers";
import type { Site } from "../furnish.ts";
import type { DiagnosticsNews } from "./news.ts";
import type { Following } from "./ports.ts";
import type { AllUsable } from "./usable.ts";
import { fillWith, variablesOf } from "./variables.ts";

export type Languages = AsyncDisposable & { readonly lsp: Lsp | undefined; follow(): Following };

export function languagesOf(declared: AllUsable["lspServers"], site: Site, tell: (event: Event) => void): Languages {
  let running: Promise<LanguageServers> | undefined;
  const start = (): Promise<LanguageServers> => (running ??= open(declared, site, tell));
  const endings = declared.flatMap(({ part }) => endingsOf(part));
  const concerns = (file: string): boolean => endings.some((ending) => file.endsWith(ending));
  const lsp: Lsp = { ask: async (path, method, params, signal) => await (await start()).ask(path, method, params, signal) };
  return {
    lsp: declared.length === 0 ? undefined : lsp,
    follow: () => followingOf({ start, started: () => running, concerns }, site),
    async [Symbol.asyncDispose]() {
      await (await running)?.[Symbol.asyncDispose]();
    },
  };
}

async function open(
  declared: AllUsable["lspServers"],
  { house: { place, clock }, gathered, files }: Site,
  tell: (event: Event) => void,
): Promise<LanguageServers> {
  const { openLanguageServers, readSpec } = await import("@keelson/tools/servers");
  const env = { ...scrub(place.env, place.platform), ...gathered.settings.env };
  const { cwd } = gathered.folders;
  const specs = declared.map(({ part, root, data }) => {
    const variables = variablesOf({ root, data, projectDir: cwd });
    return readSpec(part, { fill: fillWith(variables, env), env: { ...env, ...variables }, cwd });
  });
  const warn = (words: string): void => tell({ type: "notice.raised", severity: "warning", code: "language_server", text: words });
  return openLanguageServers(specs, { run: startProcess, clock, files, tell: warn });
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
