/** The commands beside the conversation. Each has a row in verbs/table.ts, which is loaded when one of them is asked for. */
export const VERBS = ["demo", "doctor", "permissions", "plugin", "session", "settings", "simulate", "tools", "trust"] as const;
export type Verb = (typeof VERBS)[number];
