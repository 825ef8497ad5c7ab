/** A variable that is read, and what for: the whole list, for `--help` and for docs/reference/environment.md. */
export type Variable = { readonly name: string; readonly meaning: string };

export const ENVIRONMENT: readonly Variable[] = [
  { name: "ANTHROPIC_API_KEY", meaning: "the key that requests are signed with" },
  { name: "ANTHROPIC_AUTH_TOKEN", meaning: "a bearer token, in place of a key" },
  { name: "ANTHROPIC_BASE_URL", meaning: "another endpoint, as --base-url" },
  { name: "ANTHROPIC_MODEL", meaning: "the model, as --model" },
  { name: "KEEL_HOME", meaning: "your settings and sessions, instead of ~/.keel" },
  { name: "NO_COLOR", meaning: "set to anything: no colours" },
  { name: "TERM", meaning: "dumb: no colours" },
];
