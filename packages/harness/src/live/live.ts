/**
 * Keeps a session up with its files. Rule: nothing of it is loaded before it is needed, and a run doesn't wait for it: what has changed is
 * there for the next call, and told with the next turn.
 */
import type { Envelope } from "@keelson/protocol";
import type { Disk } from "@keelson/tools";
import type { Beside } from "../beside.ts";
import type { Circle } from "../circle.ts";
import type { Dials } from "../dials.ts";
import type { House } from "../house.ts";
import type { Meter } from "../meter.ts";
import type { Servers } from "../servers/ports.ts";
import type { Follower, Reloaded } from "./follow.ts";
import type { LiveReadings } from "./readings.ts";
import type { Stamps } from "./stamps.ts";

export type LiveOf = {
  readonly house: House;
  readonly files: Disk;
  readonly readings: LiveReadings;
  readonly circle: Circle;
  readonly beside: Beside;
  readonly servers: Pick<Servers, "renew">;
  readonly dials: Pick<Dials, "hold" | "models">;
  readonly meter: Pick<Meter, "context">;
  /** Of the settings files, as they were when the session began. */
  readonly stamps: Stamps;
};

export class Live implements AsyncDisposable {
  readonly #of: LiveOf;
  readonly #stop = new AbortController();
  #follower: Promise<Follower> | undefined;
  #going: Promise<void> | undefined;

  constructor(of: LiveOf) {
    this.#of = of;
  }

  /** Watches from now on, where it isn't turned off. */
  watch(): void {
    if (this.#of.house.flags.watch === false || this.#stop.signal.aborted) return;
    this.#going ??= this.#open().then((follower) => follower.follow(this.#stop.signal));
  }

  /** Looks at what a run says: one that ends with its first reply never pays for a watch. */
  see(envelope: Envelope): Envelope {
    if (envelope.event.type === "call.completed") this.watch();
    return envelope;
  }

  async reload(rewrite: boolean): Promise<Reloaded> {
    return await (await this.#open()).reload(rewrite);
  }

  /** The same before the first request: nothing was told yet, so nothing has to be announced. */
  async refresh(): Promise<void> {
    await this.reload(false);
    this.#of.readings.taken = this.#of.readings.newest;
  }

  /** In words why not. */
  async addFolder(path: string): Promise<string | undefined> {
    return await (await this.#open()).addFolder(path);
  }

  #open(): Promise<Follower> {
    return (this.#follower ??= import("./follow.ts").then(({ Follower: Opened }) => new Opened(this.#of, this.#stop.signal)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#going;
  }
}
