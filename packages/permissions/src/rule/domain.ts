// Hosts by name: `example.org`, `*.example.org` (which isn't example.org itself), `*`. Compared as the URL standard reads an address.

export type DomainPattern = { readonly host: string; readonly wild: "no" | "below" | "all" };

export function readDomain(text: string): DomainPattern | undefined {
  const written = text.trim().toLowerCase().replace(/\.$/, "");
  if (written === "*") return { host: "", wild: "all" };
  const below = written.startsWith("*.");
  const host = below ? written.slice(2) : written;
  if (host === "" || /[*\s/@?#\\]/.test(host) || !URL.canParse(`http://${host}/`)) return undefined;
  return { host: new URL(`http://${host}/`).hostname.replace(/\.$/, ""), wild: below ? "below" : "no" };
}

/** Undefined: no address of the web. */
export function hostOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && hostname !== "" ? hostname.replace(/\.$/, "").toLowerCase() : undefined;
}

export function matchesHost({ host, wild }: DomainPattern, asked: string): boolean {
  if (wild === "all") return true;
  return wild === "below" ? asked.endsWith(`.${host}`) : asked === host;
}

/** Of this machine, or of the network it stands in: only a rule that spells it out allows it. */
export function isInner(host: string): boolean {
  if (host.startsWith("[")) return /^\[(?:::1|::|fe[89ab]|f[cd]|::ffff:)/.test(host);
  if (/^(?:.*\.)?(?:localhost|local|internal)$/.test(host)) return true;
  return /^(?:0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(host);
}
