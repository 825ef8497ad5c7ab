/**
 * Who is reached without the proxy, by the rules that curl documents for NO_PROXY (CURLOPT_NOPROXY): names between commas or spaces;
 * a name stands for itself and all that ends with it behind a dot, whether it begins with a dot or not; addresses may be a network (10.0.0.0/8);
 * a lone `*` is everyone. Beyond curl, a name may end with a port, as wget and Go have it.
 */
export function goesAround(noProxy: string): (url: URL) => boolean {
  if (noProxy.trim() === "*") return () => true;
  const rules = noProxy
    .split(/[\s,]+/)
    .filter((rule) => rule !== "")
    .map(readRule);
  return (url) => {
    const host = plain(url.hostname);
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    return rules.some((rule) => (rule.port === undefined || rule.port === port) && rule.fits(host));
  };
}

type Rule = { readonly port: string | undefined; readonly fits: (host: string) => boolean };

function readRule(text: string): Rule {
  const { isIP } = process.getBuiltinModule("node:net");
  const [, inBrackets, behind] = /^\[([^\]]*)\](?::(\d+))?$/.exec(text) ?? [];
  const [, named, port] = /^([^:]*):(\d+)$/.exec(text) ?? [];
  const host = plain(inBrackets ?? named ?? text);
  const [address = "", bits] = host.split("/");
  if (isIP(address) !== 0) return { port: behind ?? port, fits: inNetwork(address, bits) };
  const name = host.replace(/^\./, "");
  return { port: behind ?? port, fits: (asked) => name !== "" && (asked === name || asked.endsWith(`.${name}`)) };
}

/** A number of bits that is none fits nothing. */
function inNetwork(address: string, bits: string | undefined): (host: string) => boolean {
  const { BlockList, isIP } = process.getBuiltinModule("node:net");
  const family = (of: string): "ipv4" | "ipv6" => (isIP(of) === 6 ? "ipv6" : "ipv4");
  const most = family(address) === "ipv6" ? 128 : 32;
  const size = bits === undefined ? most : /^\d+$/.test(bits) ? Number(bits) : Infinity;
  if (size > most) return () => false;
  const network = new BlockList();
  network.addSubnet(address, size, family(address));
  return (host) => isIP(host) !== 0 && network.check(host, family(host));
}

/** In lower case, without brackets and without the dot that may end a name. */
const plain = (host: string): string =>
  host
    .toLowerCase()
    .replaceAll(/^\[|\]$/g, "")
    .replace(/\.$/, "");
