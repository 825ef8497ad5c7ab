import { dialectFor, networkFromEnv, openNetwork, type Dialect } from "@keelson/model";
import { findEndpoint, type Endpoint } from "../endpoint.ts";
import type { Flags, Place } from "../house.ts";
import { inspectSettings } from "./settings.ts";

/**
 * Where requests would go, and whether somebody answers there. Secrets stay in here: what comes out names variables, never their values.
 * `reach`: one GET of the list of models, which costs nothing; the signal is its time limit.
 */
export type EndpointView =
  | { readonly ok: false; readonly code: "credentials" | "usage"; readonly text: string }
  | {
      readonly ok: true;
      /** Without a login that stands in it. */
      readonly url: string;
      readonly credentials: string;
      readonly reach: (signal: AbortSignal) => Promise<Reached>;
    };
export type Reached = { readonly ok: true; readonly status: number } | { readonly ok: false; readonly why: string };

export async function inspectEndpoint(place: Place, flags: Pick<Flags, "baseUrl" | "settings">): Promise<EndpointView> {
  const { merged } = await inspectSettings(place, flags.settings);
  const endpoint = findEndpoint(flags, merged, place.env);
  if ("code" in endpoint) return { ok: false, code: endpoint.code === "usage" ? "usage" : "credentials", text: endpoint.text };
  const dialect = dialectFor(endpoint.baseUrl);
  const base = new URL(endpoint.baseUrl ?? dialect.home ?? "");
  const url = `${base.origin}${base.pathname}`.replace(/\/+$/, "");
  return {
    ok: true,
    url,
    credentials: endpoint.credentials,
    reach: (signal) => reach(`${url}/v1/models`, headersOf(endpoint, dialect), place.env, signal),
  };
}

/** By the way that a session's requests go. */
async function reach(url: string, headers: Record<string, string>, env: Place["env"], signal: AbortSignal): Promise<Reached> {
  await using network = openNetwork(networkFromEnv(env));
  try {
    const { status } = await network.fetch(url, { headers, signal });
    return { ok: true, status };
  } catch (error) {
    return { ok: false, why: signal.aborted ? "No answer in time." : error instanceof Error ? error.message : String(error) };
  }
}

function headersOf({ apiKey, authToken }: Endpoint, { anthropicVersion, auth }: Dialect): Record<string, string> {
  const version = { "anthropic-version": anthropicVersion };
  if (apiKey !== undefined && auth === "x-api-key") return { ...version, "x-api-key": apiKey };
  const token = apiKey ?? authToken;
  return token === undefined ? version : { ...version, authorization: `Bearer ${token}` };
}
