import type { SecureContext } from "node:tls";
import { networkError, reasonOf } from "./network-error.ts";
import type { NetworkSettings } from "./settings.ts";

/**
 * Whom TLS trusts, and what it shows of us. A certificate authority of one's own stands beside those that Node knows, as in NODE_EXTRA_CA_CERTS.
 * Made once: with all authorities it takes longer than a handshake. Throws a `NetworkError` (`settings`).
 */
export function readTrust(settings: NetworkSettings): SecureContext {
  const tls = process.getBuiltinModule("node:tls");
  const ca = pemOf(settings.ca, "certificate authority", "SSL_CERT_FILE");
  const cert = pemOf(settings.clientCert, "client certificate", "KEEL_CLIENT_CERT");
  const key = pemOf(settings.clientKey, "key of the client certificate", "KEEL_CLIENT_KEY");
  const passphrase = settings.clientKeyPassphrase;
  try {
    return tls.createSecureContext({
      ...(ca !== undefined && { ca: [...tls.getCACertificates("default"), ca] }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(passphrase !== undefined && { passphrase }),
    });
  } catch (error) {
    throw networkError(
      "settings",
      `The certificates that are set can't be used (${reasonOf(error)}). Check SSL_CERT_FILE, KEEL_CLIENT_CERT and KEEL_CLIENT_KEY.`,
      error,
    );
  }
}

function pemOf(value: string | undefined, what: string, variable: string): string | undefined {
  if (value === undefined || value.includes("-----BEGIN")) return value;
  try {
    return process.getBuiltinModule("node:fs").readFileSync(value, "utf8");
  } catch (error) {
    throw networkError("settings", `Can't read the ${what}, ${value} (${reasonOf(error)}). Set ${variable} to a PEM file.`, error);
  }
}
