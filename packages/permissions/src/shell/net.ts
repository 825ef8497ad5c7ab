// Which hosts a command speaks to, as far as its words name them.
import { isKnown, type Word } from "./marks.ts";
import type { Touch } from "./touch.ts";

const SPEAKS = new Set(
  [
    "curl wget ssh scp sftp rsync nc ncat netcat socat telnet ftp ping dig host nslookup traceroute whois nmap aria2c http https httpie lynx w3m",
    "gh glab aws gcloud az kubectl helm docker npm pnpm yarn npx pip pip3 gem cargo go brew apt apt-get dnf yum apk open xdg-open",
  ].flatMap((names) => names.split(" ")),
);
const LOCAL = /^(?:run|test|build|ci|start|exec|t|ls|list|why|ps|images|logs|inspect)$/;

export function netTouches(name: string, words: readonly Word[]): readonly Touch[] {
  const hosts = words.flatMap((word) => (isKnown(word) ? (hostIn(word.text) ?? []) : []));
  if (hosts.length > 0) return [...new Set(hosts)].map((host) => ({ do: "net", host }));
  if (!SPEAKS.has(name) || LOCAL.test(words[0]?.text ?? "")) return [];
  return [{ do: "net", host: undefined }];
}

function hostIn(text: string): string | undefined {
  const [, url] = /((?:https?|ftp|wss?|ssh|git):\/\/[^\s'"]+)/i.exec(text) ?? [];
  if (url !== undefined && URL.canParse(url)) return new URL(url).hostname.replace(/\.$/, "").toLowerCase();
  return /^[\w.-]+@([\w.-]+):/.exec(text)?.[1]?.toLowerCase();
}
