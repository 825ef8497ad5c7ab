import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PUBLISHED } from "./process.ts";
import { value, type Bench } from "./row.ts";

const MB = 1024 * 1024;
const TOOLS = fileURLToPath(new URL("../packages/tools/package.json", import.meta.url));

/** What `npm install` of the published command puts on the disk: its own bytes, and how many packages. */
export const installed: Bench = async () => {
  const own = dirname(dirname(PUBLISHED));
  const packages = new Set<string>();
  await gather(join(own, "package.json"), TOOLS, packages);
  return [
    value("installed, without ripgrep", { atMost: 15 }, "MB", [(await bytesOf(own)) / MB]),
    value("installed, packages", { atMost: 10 }, "packages", [packages.size]),
  ];
};

/** It and all that it names, found from `from`. What is optional and isn't there is for another platform. */
async function gather(manifest: string, from: string, found: Set<string>): Promise<void> {
  const { name, dependencies = {}, optionalDependencies = {} } = JSON.parse(await readFile(manifest, "utf8")) as Manifest;
  if (found.has(name)) return;
  found.add(name);
  for (const each of new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies)])) {
    const places = createRequire(from).resolve.paths(each) ?? [];
    const real = await firstOf(places.map((place) => join(place, each, "package.json")));
    if (real !== undefined) await gather(real, real, found);
    else if (!(each in optionalDependencies)) throw new Error(`${name} needs ${each}, which isn't installed.`);
  }
}
type Manifest = {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const real = await realpath(path).catch(() => undefined); // not there: the next place
    if (real !== undefined) return real;
  }
  return undefined;
}

async function bytesOf(folder: string): Promise<number> {
  const sizes = (await readdir(folder, { recursive: true })).map(async (name) => {
    const found = await stat(join(folder, name));
    return found.isFile() ? found.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
