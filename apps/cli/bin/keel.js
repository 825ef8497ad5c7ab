#!/usr/bin/env node
// The way in. Syntax that an old Node can read, and nothing heavy: the version is answered before anything is loaded.
import { existsSync, readFileSync } from "node:fs";

const OLDEST_NODE = 22;
const main = new URL("../dist/main.js", import.meta.url);
const [first, ...others] = process.argv.slice(2);

if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
  fail(`keel needs Node ${OLDEST_NODE} or newer and found ${process.versions.node}. Get it from https://nodejs.org.`);
} else if (others.length === 0 && (first === "-v" || first === "--version")) {
  console.log(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version);
} else if (!existsSync(main)) {
  fail("keel isn't built yet: run `npm run build` in its repository, then try again.");
} else {
  import(main.href).then(({ main }) => main()).then((code) => process.exit(code), broken);
}

function broken(error) {
  if (error && error.code === "ERR_MODULE_NOT_FOUND")
    fail(`A part of keel is missing: run \`npm run build\` in its repository. (${error.message})`);
  else fail(`keel stopped because of a mistake of its own, please report it: ${(error && error.stack) || error}`);
  process.exit();
}

function fail(words) {
  console.error(words);
  process.exitCode = 1;
}
