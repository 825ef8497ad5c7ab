import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ENVIRONMENT } from "../apps/cli/src/environment.ts";
import { roomsOf } from "./rooms.mjs";

const ROOT = dirname(import.meta.dirname);
const PAGES = ["*.md", "docs/**/*.md", ".changeset/*.md"].flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
const ROOMS = roomsOf(ROOT);

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test.each(PAGES)("%s links to what is there, and names files that are there", (page) => {
  const text = read(page);
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => join(dirname(page), link));
  const paths = [...text.matchAll(/`((?:packages|plugins|apps|scripts|docs|bench|fuzz|\.ci)\/[\w./-]+)`/g)].map(([, path = ""]) => path);
  expect([...links, ...paths].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test.each(["ARCHITECTURE.md", "AGENTS.md"])("%s names every room", (page) => {
  const text = read(page);
  expect(ROOMS.filter((room) => !text.includes(room) && !text.includes(`\n  ${room.slice(room.indexOf("/") + 1)}/`))).toEqual([]);
});

test("AGENTS.md can be read at once", () => {
  expect(read("AGENTS.md").split("\n").length).toBeLessThanOrEqual(100);
});

test("README.md speaks of flags that there are", () => {
  const options = globSync(["apps/cli/src/options.ts", "apps/cli/src/verbs/lines/*.ts"], { cwd: ROOT }).map(read).join();
  const flags = new Set([...read("README.md").matchAll(/(?<![\w-])--[a-zA-Z][\w-]+/g)].map(([flag]) => flag));
  expect(flags.size).toBeGreaterThan(10);
  expect([...flags].filter((flag) => !new RegExp(`${flag}(?![\\w-])`).test(options) && flag !== "--help")).toEqual([]);
});

test("the environment page has the variables that keel reads, in the words of --help", () => {
  const rows = [...read("docs/reference/environment.md").matchAll(/^\| `(\w+)` \| (.+) \|$/gm)];
  expect(rows.map(([, name, meaning]) => ({ name, meaning }))).toEqual(ENVIRONMENT);
});

test("every runtime dependency has a line that says what for", () => {
  const wanted = ROOMS.flatMap((room) => Object.keys(JSON.parse(read(join(room, "package.json"))).dependencies ?? {}));
  const foreign = [...new Set(wanted)].filter((name) => !name.startsWith("@keelson/"));
  const listed = [...read("docs/dependencies.md").matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(foreign.toSorted());
});
