import { NETWORK_VARIABLES } from "@keelson/model";
import type { Settings } from "@keelson/protocol";
import type { Flags, Place, Refusal } from "./house.ts";

/** Where requests go and what they are signed with. Flags stand above the environment, the environment above settings. */
export type Endpoint = {
  readonly baseUrl: string | undefined;
  readonly apiKey: string | undefined;
  readonly authToken: string | undefined;
  /** The variable that the credentials came from, or `none`. */
  readonly credentials: string;
};

/** The variables that are read, and what for. The one place below the apps where names of variables stand. */
export const VARIABLES = {
  ANTHROPIC_API_KEY: "the key that requests are signed with",
  ANTHROPIC_AUTH_TOKEN: "a bearer token, in place of a key",
  ANTHROPIC_BASE_URL: "another endpoint, as --base-url",
  ANTHROPIC_MODEL: "the model, as --model",
  ...NETWORK_VARIABLES,
} as const;

export function findEndpoint(flags: Flags, settings: Settings, env: Place["env"]): Endpoint | Refusal {
  const baseUrl = flags.baseUrl ?? present(env["ANTHROPIC_BASE_URL"]) ?? settings.keel?.baseUrl;
  const apiKey = present(env["ANTHROPIC_API_KEY"]);
  const authToken = present(env["ANTHROPIC_AUTH_TOKEN"]);
  if (baseUrl !== undefined && !isHttp(baseUrl)) {
    return {
      code: "usage",
      text: `The base URL isn't an http or https address: ${withoutLogin(baseUrl)}. An example: --base-url http://127.0.0.1:8080`,
    };
  }
  if (baseUrl !== undefined && /\/\/[^/]*@/.test(baseUrl)) {
    return {
      code: "usage",
      text: `A base URL with a login in it isn't used: ${withoutLogin(baseUrl)}. Put the key into ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN.`,
    };
  }
  if (apiKey === undefined && authToken === undefined && baseUrl === undefined) {
    return {
      code: "credentials",
      text: "No key: set ANTHROPIC_API_KEY, or name a local endpoint with --base-url http://127.0.0.1:8080. `keel demo` needs neither.",
    };
  }
  return {
    baseUrl,
    apiKey,
    authToken,
    credentials: apiKey !== undefined ? "ANTHROPIC_API_KEY" : authToken !== undefined ? "ANTHROPIC_AUTH_TOKEN" : "none",
  };
}

/** A password has no place on a screen. */
const withoutLogin = (address: string): string => address.replace(/\/\/[^/@]*@/, "//…@");

const present = (value: string | undefined): string | undefined => (value === undefined || value.trim() === "" ? undefined : value.trim());

function isHttp(address: string): boolean {
  return URL.canParse(address) && ["http:", "https:"].includes(new URL(address).protocol);
}
