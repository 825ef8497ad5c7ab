/** Which addresses stand on the open internet. Rule: what isn't known to be global unicast is private. (IANA special-purpose registries, RFC 6890.) */
import { BlockList, isIP } from "node:net";

/** IPv4: this host, private, shared, link-local with the clouds' metadata, protocol assignments, documentation, benchmarks, multicast, reserved. */
const PRIVATE_4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32], // Azure's own service to its machines
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;
/** In these an IPv4 address is written within an IPv6 one: mapped, and translated (RFC 6052). */
const WITHIN_6 = ["::ffff:", "64:ff9b::"];
/** Parts of global unicast that aren't: Teredo and other protocols, documentation, 6to4, segment routing. */
const PRIVATE_6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const GLOBAL_6 = new BlockList();
GLOBAL_6.addSubnet("2000::", 3, "ipv6");
const PRIVATE = new BlockList();
for (const within of WITHIN_6) GLOBAL_6.addSubnet(`${within}0.0.0.0`, 96, "ipv6");
for (const [net, bits] of PRIVATE_4) {
  PRIVATE.addSubnet(net, bits, "ipv4");
  for (const within of WITHIN_6) PRIVATE.addSubnet(`${within}${net}`, 96 + bits, "ipv6");
}
for (const [net, bits] of PRIVATE_6) PRIVATE.addSubnet(net, bits, "ipv6");

/** False also for what is no address. */
export function isPublic(address: string): boolean {
  const kind = isIP(address);
  if (kind === 4) return !PRIVATE.check(address, "ipv4");
  return kind === 6 && !address.includes("%") && GLOBAL_6.check(address, "ipv6") && !PRIVATE.check(address, "ipv6");
}

/** Names that mean something only in this network; asked of where names are resolved by someone else. */
export function isLocalName(host: string): boolean {
  return !host.includes(".") || /\.(?:localhost|local|internal|intranet|lan|home\.arpa)$/.test(host);
}
