import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import type { Place } from "../house.ts";
import { inspectEndpoint } from "./endpoint.ts";
import { listModels, modelFacts } from "./models.ts";
import { refuseSchema } from "./schema.ts";
import { inspectSettings } from "./settings.ts";
import { censusTools } from "./tools.ts";

const CODE = fileURLToPath(new URL("../../../../plugins/code", import.meta.url));
const placeIn = (home: string, env: Place["env"] = {}): Place => ({
  cwd: join(home, "project"),
  home,
  keelHome: join(home, ".keel"),
  env,
  platform: process.platform,
});

test("every name of the catalogue has its figures, and a name that isn't in it gets careful ones", () => {
  assert(listModels().every(({ known, window, outputLimit }) => known && window > outputLimit));
  assert(listModels().some(({ name, id }) => name === "opus" && id.startsWith("claude-opus-")));
  assert.equal(modelFacts("qwen3").known, false);
});

test("a schema that can't be compiled is told in words, a good one isn't", async () => {
  assert.equal(await refuseSchema({ type: "object" }), undefined);
  assert.match((await refuseSchema({ type: "nonsense" })) ?? "", /type/);
});

test("the chain of a setting has every source that speaks of it, highest first", async () => {
  await using home = await temporaryHome();
  const place = placeIn(home.path);
  await mkdir(join(place.cwd, ".keel"), { recursive: true });
  await mkdir(place.keelHome);
  await writeFile(join(place.keelHome, "settings.json"), '{ "keel": { "maxTurns": 20 }, "permissions": { "deny": ["Bash(rm *)"] } }');
  await writeFile(join(place.cwd, ".keel", "settings.json"), '{ "keel": { "maxTurns": 500 } }');
  const view = await inspectSettings(place, '{ "model": "opus" }');
  const said = view.explain("keel.maxTurns");
  assert.deepEqual(
    said.map(({ source }) => source),
    ["keel_project", "keel_user", "builtin"],
  );
  assert.equal(said[0]?.held, true); // a repository may only lower it
  assert.equal(said[1]?.value, 20);
  assert.equal(view.merged.model, "opus");
  assert.deepEqual(
    view.rules.map(({ text, behavior, source }) => ({ text, behavior, source })),
    [{ text: "Bash(rm *)", behavior: "deny", source: "keel_user" }],
  );
});

test("the census names each tool once, with its plugin and what it costs a request", async () => {
  await using home = await temporaryHome();
  const { tools, problems } = await censusTools({ place: placeIn(home.path), plugins: [CODE] });
  assert.deepEqual(problems, []);
  const names = tools.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)].toSorted());
  for (const name of ["Bash", "Edit", "Glob", "Grep", "Read", "Write"]) assert(names.includes(name));
  for (const { plugin, inputSchema, bytes } of tools) {
    assert.equal(plugin, "code");
    assert.equal(inputSchema["type"], "object");
    assert(bytes > JSON.stringify(inputSchema).length);
  }
});

test("the endpoint is asked for its models with the key, and what is told of it holds no secret", async () => {
  await using home = await temporaryHome();
  const heard: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers);
    response.end("{}");
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const place = placeIn(home.path, { ANTHROPIC_API_KEY: "sk-secret" });
  const view = await inspectEndpoint(place, { baseUrl: `http://127.0.0.1:${port}/` });
  assert(view.ok);
  assert.equal(view.url, `http://127.0.0.1:${port}`);
  assert.equal(view.credentials, "ANTHROPIC_API_KEY");
  assert.deepEqual(await view.reach(AbortSignal.timeout(3_000)), { ok: true, status: 200 });
  assert.equal(heard[0]?.authorization, "Bearer sk-secret");
  await new Promise((done) => void server.close(done));
  const gone = await view.reach(AbortSignal.timeout(3_000));
  assert(!gone.ok);
  assert.match(gone.why, /127\.0\.0\.1/);
});

test("no key and no endpoint is told as such", async () => {
  await using home = await temporaryHome();
  const view = await inspectEndpoint(placeIn(home.path), {});
  assert(!view.ok);
  assert.equal(view.code, "credentials");
});
