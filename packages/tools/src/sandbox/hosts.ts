/** Which hosts a confined process may speak to, by name and then by the address that stands behind the name. */
import { BlockList, isIP } from "node:net";
import type { NetworkBounds } from "@keelson/protocol";

type Lists = Exclude<NetworkBounds, "open">;
/** `named`: a rule is this very name. `fits`: a rule with a `*` covers it. */
export type Standing = "denied" | "fits" | "named";

/** A denied name beats an allowed one. What no rule speaks of is denied. */
export function standingOf(host: string, { allowed, denied }: Lists): Standing {
  const name = plainName(host);
  if (denied.some((rule) => covers(rule, name))) return "denied";
  if (allowed.some((rule) => plainName(rule) === name)) return "named";
  return allowed.some((rule) => covers(rule, name)) ? "fits" : "denied";
}

/** As two spellings of one name are compared. */
export const plainName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");

/** A pattern speaks of names: an address must be named itself. */
function covers(rule: string, name: string): boolean {
  const wanted = plainName(rule);
  if (wanted === name) return true;
  if (isIP(name) !== 0) return false;
  return wanted === "*" || (wanted.startsWith("*.") && name.endsWith(wanted.slice(1)));
}

/** This machine, what hangs on its cable (metadata services among it), and what is no address of one host. */
const NEAR = listOf(
  ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4"],
  ["::/127", "fe80::/10", "ff00::/8", "64:ff9b::/96", "2002::/16", "fd00:ec2::/32"],
);
/** Networks behind a router of one's own. */
const PRIVATE = listOf(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"], ["fc00::/7", "fec0::/10"]);

/** A name must not lead into one's own network, unless a rule is the name. Nor to this machine, unless the rule is the address or `localhost`. */
export function mayReach(address: string, host: string, standing: Standing): boolean {
  const name = plainName(host);
  const plain = plainName(address).replace(/^::ffff:(?=\d+\.)/, "");
  const kind = isIP(plain) === 6 ? "ipv6" : "ipv4";
  if (standing === "denied" || isIP(plain) === 0) return false;
  if (NEAR.check(plain, kind)) return standing === "named" && (isIP(name) !== 0 || name === "localhost");
  return standing === "named" || !PRIVATE.check(plain, kind);
}

function listOf(four: readonly string[], six: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [family, subnets] of [["ipv4", four] as const, ["ipv6", six] as const])
    for (const subnet of subnets) {
      const [address = "", bits = ""] = subnet.split("/");
      list.addSubnet(address, Number(bits), family);
    }
  return list;
}
