/**
 * One running language server: its process, the handshake, the documents it has open, what it finds in them.
 * LSP 3.17. Rule: a document is sent as a whole, and only when it isn't what the server has.
 */
import { PassThrough } from "node:stream";
import type { Clock, RunProcess } from "@keelson/protocol";
import { CancellationTokenSource, createMessageConnection, StreamMessageWriter, type MessageConnection } from "vscode-jsonrpc/node";
import { answerServer } from "./answers.ts";
import { CLIENT, readAbilities, type Abilities } from "./abilities.ts";
import { FrameReader } from "./frames.ts";
import { printed, whyEnded, type Printed } from "./printed.ts";
import { openLine } from "./socket.ts";
import type { ServerSpec } from "./spec.ts";
import { folderOf, uriOf } from "./uri.ts";

export type ServerPorts = {
  readonly run: RunProcess;
  readonly clock: Pick<Clock, "sleep">;
  /** What it says of a file, unasked. `version`: of the document, where it tells. */
  readonly published: (uri: string, diagnostics: unknown, version: number | undefined) => void;
  /** What it said when it was asked doesn't hold any more. */
  readonly outdated: () => void;
};
/** Dispose says goodbye, and ends it where it doesn't go. */
export type LanguageServer = AsyncDisposable & {
  readonly abilities: Abilities;
  /** Opens or changes a document; undefined when the server has it as it is, else its version. */
  sync(document: Document): number | undefined;
  close(path: string): void;
  /** Files of any kind were written: it may have to look at them. */
  wrote(paths: readonly string[]): void;
  /** Rejects when it refuses, when it ends, and at an abort. */
  request(method: string, params: object, signal: AbortSignal): Promise<unknown>;
  /** Settles when it is gone: why, in words. */
  readonly ended: Promise<string>;
};
export type Document = { readonly path: string; readonly language: string; readonly text: string };

/** Or why it doesn't run. */
export async function startServer(spec: ServerSpec, ports: ServerPorts): Promise<LanguageServer | string> {
  const stop = new AbortController();
  const input = new PassThrough();
  const told: Printed = { stderr: "", end: undefined, broken: undefined };
  const line = spec.overSocket ? await openLine() : undefined;
  const { file, cwd, env } = spec;
  const args = [...spec.args, ...(line ? [`--socket=${line.port}`] : [])];
  const words = printed(ports.run({ file, args, cwd, env, ...(!line && { stdin: input }) }, stop.signal), told);
  const reader = new FrameReader(line ? line.messages(words, input) : words);
  const connection = createMessageConnection(reader, new StreamMessageWriter(input));
  const ended = new Promise<string>((resolve) => reader.onClose(() => resolve(whyEnded(told))));
  reader.onError(({ message }) => {
    if (!stop.signal.aborted) told.broken = message;
  });
  void ended.then(() => {
    connection.dispose();
    stop.abort(); // a program may hang up and stay
  });
  answerServer(connection, spec, ports);
  connection.listen();
  const abilities = await greet(connection, spec, ended, ports);
  if (typeof abilities !== "string") return serverOf({ spec, connection, abilities, ended, stop, ports });
  stop.abort();
  await ended;
  return abilities;
}

async function greet(
  connection: MessageConnection,
  spec: ServerSpec,
  ended: Promise<string>,
  { clock }: ServerPorts,
): Promise<Abilities | string> {
  const folder = folderOf(spec.cwd);
  const greeting = {
    processId: null,
    clientInfo: { name: "keelson" },
    rootUri: folder.uri,
    workspaceFolders: [folder],
    capabilities: CLIENT,
    initializationOptions: spec.initializationOptions,
  };
  const over = new AbortController();
  const answer = connection.sendRequest<unknown>("initialize", greeting).then(
    (result) => ({ result }),
    (error: unknown) => `It refused to start: ${error instanceof Error ? error.message : String(error)}`,
  );
  const late = clock.sleep(spec.startupMs, over.signal).then(() => `It wasn't ready after ${spec.startupMs} ms.`);
  const first = await Promise.race([ended, answer, late]);
  over.abort();
  if (typeof first === "string") return first;
  await quietly(connection.sendNotification("initialized", {}));
  if (spec.settings !== null) await quietly(connection.sendNotification("workspace/didChangeConfiguration", { settings: spec.settings }));
  return readAbilities(first.result);
}

type Running = {
  readonly spec: ServerSpec;
  readonly connection: MessageConnection;
  readonly abilities: Abilities;
  readonly ended: Promise<string>;
  readonly stop: AbortController;
  readonly ports: ServerPorts;
};
type Open = { readonly version: number; readonly text: string };

const CHANGED = 2; // `FileChangeType`
const MOST_OPEN = 200; // documents; the one that was sent first is closed for another

function serverOf({ spec, connection, abilities, ended, stop, ports }: Running): LanguageServer {
  const open = new Map<string, Open>();
  const notify = (method: string, params: object): void => void quietly(connection.sendNotification(method, params));
  const close = (path: string): void => {
    if (open.delete(path)) notify("textDocument/didClose", { textDocument: { uri: uriOf(path) } });
  };
  return {
    abilities,
    ended,
    close,
    wrote: (paths) => notify("workspace/didChangeWatchedFiles", { changes: paths.map((path) => ({ uri: uriOf(path), type: CHANGED })) }),
    sync({ path, language, text }) {
      const before = open.get(path);
      if (before?.text === text) return undefined;
      const version = (before?.version ?? 0) + 1;
      const uri = uriOf(path);
      const [oldest] = open.keys();
      if (!before && open.size >= MOST_OPEN && oldest !== undefined) close(oldest);
      open.delete(path); // so that the newest stands last
      open.set(path, { version, text });
      if (!before) notify("textDocument/didOpen", { textDocument: { uri, languageId: language, version, text } });
      else {
        if (abilities.changes) notify("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [{ text }] });
        if (abilities.saves) notify("textDocument/didSave", { textDocument: { uri }, ...(abilities.saves.includeText && { text }) });
      }
      return version;
    },
    async request(method, params, signal) {
      signal.throwIfAborted();
      const source = new CancellationTokenSource();
      const cancel = (): void => source.cancel();
      signal.addEventListener("abort", cancel, { once: true });
      try {
        return await connection.sendRequest<unknown>(method, params, source.token);
      } finally {
        signal.removeEventListener("abort", cancel);
        source.dispose();
      }
    },
    async [Symbol.asyncDispose]() {
      const over = new AbortController();
      const goodbye = quietly(connection.sendRequest("shutdown").then(() => connection.sendNotification("exit")));
      await Promise.race([goodbye.then(() => ended), ended, ports.clock.sleep(spec.shutdownMs, over.signal)]);
      over.abort();
      stop.abort();
      await ended;
    },
  };
}

/** What can't be said to a server that is gone is no news: its end is told once. */
async function quietly(said: Promise<unknown>): Promise<void> {
  await said.catch(() => undefined);
}
