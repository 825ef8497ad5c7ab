/**
 * One language server over a session: started when a file of its is first touched, started again when it ends, up to a limit.
 * Rule: what is done with it happens in order, and what it doesn't answer holds nobody up.
 */
import type { FileStore } from "@keelson/protocol";
import { diagnosticsIn, type Diagnostic } from "./diagnostics.ts";
import { pullDiagnostics } from "./pull.ts";
import { startServer, type LanguageServer, type ServerPorts } from "./server.ts";
import { endingOf, type ServerSpec } from "./spec.ts";
import { pathOf } from "./uri.ts";

export type KeeperPorts = Omit<ServerPorts, "published" | "outdated"> & {
  readonly files: Pick<FileStore, "read">;
  /** What became of the server, for people. */
  readonly tell: (words: string) => void;
};
type Found = { readonly pushed?: readonly Diagnostic[]; readonly pulled?: readonly Diagnostic[] };

const MOST_READ = 4 * 1024 * 1024; // bytes of a document
const MOST_PULLED = 20; // other documents that a change may concern
const SILENCES = 3; // waits in vain, after which nobody waits for it any more
const FIRST_MS = 2_000; // for the diagnostics of the first state of a file
const QUIET_MS = 100; // a server may say the first half at once, and the rest a moment later

export class Keeper implements AsyncDisposable {
  readonly spec: ServerSpec;
  readonly #ports: KeeperPorts;
  readonly #found = new Map<string, Found>();
  readonly #first = new Map<string, readonly Diagnostic[] | undefined>();
  /** Files whose diagnostics haven't come since they changed, with the version that they must be of. */
  readonly #stale = new Map<string, number>();
  readonly #waiters = new Set<() => void>();
  readonly #closing = new AbortController();
  #server: Promise<LanguageServer | undefined> | undefined;
  #queue: Promise<void> = Promise.resolve();
  #queued = 0;
  #ends = 0;
  #silent = 0;
  #gaveUp: string | undefined;

  constructor(spec: ServerSpec, ports: KeeperPorts) {
    this.spec = spec;
    this.#ports = ports;
  }

  /** Takes a file as it is now, for the server to be told. Settles when it was taken. */
  async touch(path: string): Promise<void> {
    this.#queued++;
    const taken = this.#textOf(path);
    this.#queue = this.#queue.then(async () => {
      await this.#sync(path, await taken).catch(nothing); // it ended meanwhile, and that was told
      this.#queued--;
      this.#ring();
    });
    await taken;
  }

  /** Files of any kind were written. A server that doesn't run will see them when it does. */
  wrote(paths: readonly string[]): void {
    void this.#server?.then((server) => server?.wrote(paths));
  }

  /** What it found in a file as that was when it was first touched; undefined where it didn't say in time. */
  before(path: string): readonly Diagnostic[] | undefined {
    return this.#first.get(path);
  }

  get diagnostics(): ReadonlyMap<string, readonly Diagnostic[]> {
    return new Map([...this.#found].map(([path, { pushed = [], pulled = [] }]) => [path, [...pulled, ...pushed]]));
  }

  /** Are diagnostics still to come, of a server that is known to tell them? */
  get waiting(): boolean {
    return this.#gaveUp === undefined && this.spec.diagnostics && this.#silent < SILENCES && (this.#queued > 0 || this.#stale.size > 0);
  }

  /** Waits until they have come, at most until the signal. */
  async settle(signal: AbortSignal): Promise<void> {
    const wake = (): void => this.#ring();
    signal.addEventListener("abort", wake, { once: true });
    const waited = this.waiting;
    while (this.waiting && !signal.aborted) await new Promise<void>((resolve) => this.#waiters.add(resolve));
    signal.removeEventListener("abort", wake);
    if (waited && !signal.aborted) await this.#ports.clock.sleep(QUIET_MS, signal);
    if (this.#stale.size > 0 && this.#queued === 0 && signal.aborted) this.#silent++;
    if (signal.aborted) this.#stale.clear(); // what comes now is told later
  }

  /** The answer of the server, or in words why there is none. */
  async ask(path: string, method: string, params: object, signal: AbortSignal): Promise<{ readonly result: unknown } | string> {
    await this.touch(path);
    await this.#queue;
    const server = await this.#running();
    if (!server) return this.#gaveUp ?? "The language server has ended; it is started again at the next call.";
    const prepared = method.startsWith("callHierarchy/") ? "textDocument/prepareCallHierarchy" : method;
    if (!server.abilities.answers(prepared)) return `The language server ${this.spec.name} doesn't answer ${method}.`;
    try {
      return { result: await server.request(method, params, signal) };
    } catch (error) {
      signal.throwIfAborted();
      return `The language server ${this.spec.name} refused: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#gaveUp ??= `The language server ${this.spec.name} was taken away.`;
    this.#ring();
    const server = await this.#server;
    await server?.[Symbol.asyncDispose]();
    await this.#queue;
  }

  async #sync(path: string, text: string | undefined): Promise<void> {
    const language = this.spec.languages[endingOf(path, this.spec) ?? ""];
    const server = language === undefined || this.#closing.signal.aborted ? undefined : await this.#running();
    if (!server || language === undefined) return;
    if (text === undefined) {
      server.close(path);
      this.#found.delete(path);
      this.#stale.delete(path);
      return;
    }
    await this.#answered(path);
    const version = server.sync({ path, language, text });
    if (version === undefined) return;
    const { pull } = server.abilities;
    this.#stale.set(path, version);
    if (!pull || !this.spec.diagnostics) return;
    void this.#pull(path, server);
    if (pull.acrossFiles) for (const other of this.#pulled()) if (other !== path) void this.#pull(other, server);
  }

  #pulled(): readonly string[] {
    return [...this.#found].flatMap(([path, { pulled }]) => (pulled ? [path] : [])).slice(-MOST_PULLED);
  }

  #pullAgain(): void {
    const again = (server: LanguageServer | undefined): void => {
      if (server && this.spec.diagnostics) for (const path of this.#pulled()) void this.#pull(path, server);
    };
    void this.#server?.then(again);
  }

  /** Changes are measured against the first state of a file: it isn't replaced before the server has spoken of it, or had its time. */
  async #answered(path: string): Promise<void> {
    if (!this.#stale.has(path) || this.#first.has(path) || !this.spec.diagnostics) return;
    const over = new AbortController();
    const late = this.#ports.clock.sleep(FIRST_MS, over.signal).then(() => this.#first.set(path, this.#first.get(path)));
    void late.then(() => this.#ring());
    while (!this.#first.has(path) && this.#stale.has(path)) await new Promise<void>((resolve) => this.#waiters.add(resolve));
    over.abort();
  }

  /** Its diagnostics are those of its present state. */
  #fresh(path: string): void {
    this.#stale.delete(path);
    if (!this.#first.has(path)) this.#first.set(path, this.diagnostics.get(path) ?? []);
  }

  async #pull(path: string, server: LanguageServer): Promise<void> {
    const version = this.#stale.get(path) ?? 0;
    this.#stale.set(path, version);
    const pulled = await pullDiagnostics(path, server, this.#ports.clock, this.#closing.signal);
    if (pulled !== undefined) {
      this.#found.set(path, { ...this.#found.get(path), pulled });
      this.#silent = 0;
    }
    if (this.#stale.get(path) === version) this.#fresh(path);
    this.#ring();
  }

  async #textOf(path: string): Promise<string | undefined> {
    const read = await this.#ports.files.read(path, MOST_READ).catch(nothing); // gone, or too large to look at
    return read && new TextDecoder().decode(read.bytes);
  }

  async #running(): Promise<LanguageServer | undefined> {
    if (this.#gaveUp !== undefined) return undefined;
    return await (this.#server ??= this.#start());
  }

  async #start(): Promise<LanguageServer | undefined> {
    const published: ServerPorts["published"] = (uri, items, version) => this.#publish(uri, items, version);
    const outdated = (): void => this.#pullAgain();
    const started = await startServer(this.spec, { ...this.#ports, published, outdated });
    if (typeof started === "string") {
      this.#ended(started);
      return undefined;
    }
    void started.ended.then((why) => this.#ended(why));
    return started;
  }

  #ended(why: string): void {
    this.#server = undefined;
    this.#stale.clear();
    this.#found.clear();
    this.#ring();
    if (this.#closing.signal.aborted) return;
    const { name, mostRestarts } = this.spec;
    const over = ++this.#ends > mostRestarts;
    if (over) this.#gaveUp = `The language server ${name} isn't started any more. ${why}`;
    this.#ports.tell(
      over ? (this.#gaveUp ?? "") : `The language server ${name} has ended; the next file that it is for starts it again. ${why}`,
    );
  }

  /** Something came, or ended: whoever waits looks again. */
  #ring(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  #publish(uri: string, items: unknown, version: number | undefined): void {
    const path = pathOf(uri);
    if (path === undefined) return;
    this.#found.set(path, { ...this.#found.get(path), pushed: diagnosticsIn(items) });
    this.#silent = 0;
    if ((version ?? Infinity) >= (this.#stale.get(path) ?? Infinity)) this.#fresh(path);
    this.#ring();
  }
}

const nothing = (): undefined => undefined;
