/** What a session hands to the block LSP. */
export type Lsp = {
  /** The answer of the server that a file has, or in words why there is none. Rejects when aborted. */
  ask(path: string, method: string, params: object, signal: AbortSignal): Promise<{ readonly result: unknown } | string>;
};
