import type { Passage } from "./story.ts";

/** Prints a session for reading. `hide`: what must not leave the machine. */
export type Printer = {
  readonly head: (title: string, about: string) => string;
  readonly passage: (passage: Passage) => string;
  readonly foot: string;
};

const WHO = { user: "User", assistant: "Assistant", note: "Note" } as const;

export const markdown: Printer = {
  head: (title, about) => `# ${oneLine(title)}\n\n${about}\n`,
  passage: (passage) =>
    passage.kind === "said"
      ? `\n## ${WHO[passage.who]}\n\n${passage.words.trim()}\n`
      : `\n### ${passage.name} (${passage.outcome})\n\n${fenced(JSON.stringify(passage.input, null, 2), "json")}\n${passage.result === "" ? "" : `\n${fenced(passage.result, "")}\n`}`,
  foot: "",
};

/** One file that needs nothing beside it: no script, no picture from elsewhere. */
export const html: Printer = {
  head: (title, about) =>
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">\n<title>${escaped(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<h1>${escaped(oneLine(title))}</h1>\n<p class="about">${escaped(about)}</p>\n`,
  passage: (passage) =>
    passage.kind === "said"
      ? `<section class="${passage.who}"><h2>${WHO[passage.who]}</h2><pre>${escaped(passage.words.trim())}</pre></section>\n`
      : `<details class="call"><summary>${escaped(passage.name)} <small>${escaped(passage.outcome)}</small></summary><pre>${escaped(JSON.stringify(passage.input, null, 2))}</pre><pre>${escaped(passage.result)}</pre></details>\n`,
  foot: "</body>\n</html>\n",
};

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}" +
  "h2{font-size:.8rem;text-transform:uppercase;letter-spacing:.06em;color:#666;margin:1.5rem 0 .25rem}" +
  "pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;font:inherit}" +
  ".call pre{font:13px/1.45 ui-monospace,monospace;background:#f5f5f5;padding:.5rem;margin:.25rem 0}" +
  ".user pre{border-left:3px solid #3b6ea8;padding-left:.75rem}.note pre{color:#666}summary{cursor:pointer;color:#444}.about{color:#666}" +
  "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}.call pre{background:#222}h2,.about,.note pre,summary{color:#9a9a9a}}";

/** A fence longer than any in the text. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
