import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Json, JsonObject } from "@keelson/protocol";
import { test } from "vitest";
import { isObject } from "../json.ts";
import { readHooks } from "./read-hooks.ts";

/** Real manifests, one JSON line each with `repo`, `path`, `text`. They are other people's: read from beside the checkout, never copied in. */
const CORPUS = fileURLToPath(new URL("../../../../../shared/corpus/manifests.jsonl", import.meta.url));

type Manifest = { readonly repo: string; readonly path: string; readonly text: string };

const isHere = existsSync(CORPUS);
if (!isHere) console.warn(`NOT MEASURED: no corpus at ${CORPUS}`);

test(`hooks of the community are read, each handler becomes a hook${isHere ? "" : " is skipped: no corpus"}`, () => {
  if (!isHere) return;
  const found = readFileSync(CORPUS, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Manifest => JSON.parse(line))
    .flatMap(({ repo, path, text }) => {
      const json = JSON.parse(text) as Json;
      const raw = path.endsWith("hooks.json") ? json : isObject(json) && isObject(json["hooks"]) ? json["hooks"] : undefined;
      return raw === undefined ? [] : [{ file: `${repo}/${path}`, raw }];
    });
  const said: string[] = [];
  let hooks = 0;
  for (const { file, raw } of found) {
    const read = readHooks(raw, { group: file, name: file, kind: "plugin", file, root: "/p" });
    hooks += read.hooks.length;
    for (const { severity, text } of read.problems) said.push(`${severity} ${file}: ${text}`);
  }
  console.log(`${found.length} files, ${hooks} hooks\n${said.join("\n")}`);
  assert.ok(found.length > 70, `only ${found.length} files`);
  const errors = said.filter((line) => line.startsWith("error"));
  assert.deepEqual(
    errors.filter((line) => !line.includes("broken-plugin")),
    [],
  );
  assert.equal(hooks >= handlersIn(found.map(({ raw }) => raw)) - said.length, true);
});

/** Whatever looks like something to run, wherever it stands. */
function handlersIn(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one: Json) => sum + handlersIn(one), 0);
  if (!isObject(value)) return 0;
  const own = typeof value["command"] === "string" || typeof value["prompt"] === "string" ? 1 : 0;
  return own + Object.values(value as JsonObject).reduce<number>((sum, one) => sum + handlersIn(one), 0);
}
