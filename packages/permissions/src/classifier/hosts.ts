// What kind of host a word reaches for: an address, `user@host:path`, a bare IP. By its spelling alone.

type Kind = readonly [name: string, test: RegExp];

const KINDS: readonly Kind[] = [
  ["loopback", /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal|[\w-]+\.localhost)$/],
  ["metadata", /^(?:169\.254\.169\.254|metadata(?:\.google\.internal)?|100\.100\.100\.200|169\.254\.170\.2|fd00:ec2::254)$/],
  [
    "private",
    /^(?:10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|[\w-]+\.(?:local|internal|lan|corp|intranet))$/,
  ],
  ["ip", /^\d{1,3}(?:\.\d{1,3}){3}$|^0x[0-9a-f]+$|^\d{8,10}$|^\[[0-9a-f:]+\]$/i],
  [
    "registry",
    /(?:^|\.)(?:npmjs\.org|npmjs\.com|yarnpkg\.com|pypi\.org|pythonhosted\.org|crates\.io|rubygems\.org|golang\.org|go\.dev|maven\.org|packagist\.org|docker\.io|jsr\.io|nodejs\.org|python\.org|rust-lang\.org|readthedocs\.io|mozilla\.org|w3\.org|docs\.rs|schemastore\.org|unpkg\.com|jsdelivr\.net)$/,
  ],
  ["forge", /(?:^|\.)(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|sr\.ht)$/],
  ["raw", /^(?:raw\.githubusercontent\.com|gist\.github(?:usercontent)?\.com|objects\.githubusercontent\.com|codeload\.github\.com)$/],
  [
    "drop",
    /(?:^|\.)(?:pastebin\.com|paste\.ee|paste\.rs|hastebin\.com|transfer\.sh|file\.io|0x0\.st|termbin\.com|ix\.io|sprunge\.us|dpaste\.\w+|rentry\.co|ngrok(?:-free)?\.\w+|webhook\.site|requestbin\.\w+|pipedream\.net|beeceptor\.com|burpcollaborator\.net|oast\.\w+|oastify\.com|interact\.sh|interactsh\.com|requestcatcher\.com|discord(?:app)?\.com|api\.telegram\.org|hooks\.slack\.com|anonfiles\.com|gofile\.io|catbox\.moe|mega\.nz|wetransfer\.com|bashupload\.com|temp\.sh|oshi\.at|trycloudflare\.com|serveo\.net|loca\.lt|localhost\.run|dnslog\.cn|canarytokens\.com|workers\.dev|duckdns\.org|no-ip\.\w+|dyndns\.org|glitch\.me|repl\.co)$/,
  ],
  ["shortener", /(?:^|\.)(?:bit\.ly|tinyurl\.com|t\.co|is\.gd|goo\.gl|cutt\.ly|rb\.gy|git\.io|ow\.ly|v\.gd|shorturl\.at)$/],
  ["onion", /\.(?:onion|i2p)$/],
  ["odd-end", /\.(?:tk|ml|ga|cf|gq|xyz|top|ru|cn|su|click|zip|mov|icu|pw|cc|ws|buzz|rest|monster|example)$/],
  ["ill-name", /evil|attack|malw|exfil|c2|pwn|hack|payload|rogue|collect|bad|drop|leak|steal|beacon/i],
  ["get-script", /^(?:get|install|sh|sdk|deb|setup|dl|bootstrap)\.[\w.-]+$/],
  ["production", /(?:^|[.-])(?:prod|production|live)(?:$|[.\d-])/i],
];

export type Reach = { readonly scheme: string; readonly kinds: readonly string[]; readonly path: string };

const URL_SHAPE = /(?:^|[=@"'(\s])((?:[a-z][a-z0-9+.-]*:)?\/\/)([^\s/?#"'`)\\]*)([^\s"'`)]*)/gi;
const REMOTE_SHAPE = /^(?:[\w.-]+@)?((?:[\w-]+\.)+[a-z]{2,}|\d{1,3}(?:\.\d{1,3}){3}|localhost)(?::(\S*))?(\/\S*)?$/i;
const NETWORK_DEVICE = /\/dev\/(?:tcp|udp)\/([^/\s]+)/;

/** Every host that a word names. */
export function reachesOf(word: string): readonly Reach[] {
  const found: Reach[] = [];
  for (const [, scheme = "", authority = "", path = ""] of word.matchAll(URL_SHAPE))
    found.push({ scheme: scheme.replace(/:?\/\/$/, "").toLowerCase(), kinds: hostKinds(hostOf(authority)), path });
  const device = NETWORK_DEVICE.exec(word)?.[1];
  if (device !== undefined) found.push({ scheme: "device", kinds: hostKinds(device), path: "" });
  const remote = found.length === 0 && !isFileName(word) ? REMOTE_SHAPE.exec(word) : null;
  if (remote?.[1] !== undefined) {
    const scheme = word.includes("@") ? "user" : remote[2] === undefined ? "bare" : "port";
    found.push({ scheme, kinds: hostKinds(remote[1]), path: remote[2] ?? remote[3] ?? "" });
  }
  return found;
}

const hostOf = (authority: string): string => authority.slice(authority.lastIndexOf("@") + 1).replace(/:[\d*{}$\w]*$/, "");

function hostKinds(host: string): readonly string[] {
  if (/[$`{]/.test(host)) return ["variable"];
  const kinds = KINDS.filter(([, test]) => test.test(host)).map(([name]) => name);
  return kinds.length > 0 ? kinds : ["other"];
}

/** `main.py` looks like a host in Paraguay. */
const isFileName = (word: string): boolean =>
  !word.includes("@") &&
  /\.(?:py|js|ts|rs|go|sh|md|rb|pl|c|h|cc|so|java|json|ya?ml|toml|txt|log|lock|html|css|xml|csv|tsx|jsx|mjs|cjs|sql|db|gz|zip|tar|env|cfg|ini|conf|test|spec|config|min|map|png|svg|jpg|pdf|bak|tmp|out|bin|jar|kt|php|ex|exs|swift|vue|proto|tf|ipynb|rst|snap|pyc|key|pem|app|service)$/i.test(
    word.replace(/:\S*$/, ""),
  );
