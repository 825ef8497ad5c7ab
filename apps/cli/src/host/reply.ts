import type { JsonObject } from "@keelson/protocol";

/** What a request of the host comes to. */
export type Reply = { readonly ok: true; readonly response?: JsonObject } | { readonly ok: false; readonly error: string };
