/** A session of the product in a process of its own, killed while a command of it runs, and taken up here. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, watch } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "@keelson/persistence";
import { simulate, type Script, type Simulation } from "@keelson/simulator";
import { realClock, temporaryHome } from "@keelson/testing";
import { leftBy } from "@keelson/tools";
import type { Flags, House, Session } from "../src/house.ts";
import { openSession } from "../src/open.ts";
import { isOwn } from "../src/sessions/own.ts";

const DRIVE = fileURLToPath(new URL("drive.mjs", import.meta.url));
const CODE = fileURLToPath(new URL("../../../plugins/code", import.meta.url));

export type Killed = AsyncDisposable & {
  readonly server: Simulation;
  readonly home: string;
  readonly id: string;
  reopen(flags?: Partial<Flags>, more?: Partial<House>): Promise<Session>;
};
/** `prepare`: what stands in its folder. `asks`: it is killed when it asks for a permission. */
type How = { readonly prepare?: (cwd: string) => void; readonly asks?: boolean };

/** It is killed when a command has printed a line with BEFORE. */
export async function killed(script: Script, { prepare, asks }: How = {}): Promise<Killed> {
  const home = await temporaryHome();
  const cwd = join(home.path, "project");
  const keelHome = join(home.path, ".keel");
  const outputs = join(keelHome, "var", "outputs");
  await mkdir(cwd);
  prepare?.(cwd);
  await mkdir(outputs, { recursive: true });
  const server = await simulate(script);
  const child = spawn(process.execPath, [DRIVE, cwd, home.path, server.url, CODE, ...(asks ? ["asks"] : [])], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await untilPrinted(outputs);
  child.kill("SIGKILL");
  await once(child, "exit");
  await using store = openStore({ root: join(keelHome, "var"), now: Date.now });
  const summary = (await store.list({ tenant: "local", cwd })).find(isOwn);
  if (!summary) throw new Error("The session left no log.");
  return {
    server,
    home: home.path,
    id: summary.ref.session,
    async reopen(flags = {}, more = {}) {
      const opening = await openSession({
        place: { cwd, home: home.path, keelHome, env: { PATH: process.env["PATH"] }, platform: process.platform },
        flags: { baseUrl: server.url, permissionMode: "bypassPermissions", resume: { id: summary.ref.session }, ...flags },
        plugins: [CODE],
        clock: realClock,
        wall: Date.now,
        version: "test",
        ...more,
      });
      if (!opening.ok) throw new Error(opening.refusal.text);
      return opening.session;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

async function untilPrinted(outputs: string): Promise<void> {
  for await (const _ of watch(outputs, { recursive: true })) {
    const printed = await Array.fromAsync(printedIn(outputs));
    if (printed.some((text) => text.includes("BEFORE"))) return;
  }
}

async function* printedIn(outputs: string): AsyncGenerator<string> {
  for (const session of await readdir(outputs))
    for (const name of await readdir(join(outputs, session)))
      yield (await leftBy(join(outputs, session), name.replace(/-[^-]*$/, ""))) ?? "";
}
