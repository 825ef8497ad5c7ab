// The file that every start loads, as a script instead of a module: V8 can then keep its functions as they are behind a whole run.
// What Node keeps of a module is what was compiled before it ran, nearly nothing: a start compiled a thousand functions anew, 15 of 80 ms.
// Rule: what is kept is found by the hash of the script (V8 itself looks at its length only), in the folder of Node's own compile cache.
import { createHash } from "node:crypto";

/** In `body`, `__give` takes what it exports, and `__meta` is a module's `import.meta`. A script can't import by itself, so that module does it. */
export function scriptOf(body) {
  if (/[^\0-\x7f]/.test(body)) throw new Error("The start's script has a letter beyond ASCII: it is read as one-byte letters.");
  return `(function (__give, __meta, __import) {"use strict";${body.replaceAll(/\bimport\(/g, "__import(")}\n})`;
}

/** The module that runs the script `start.cjs` beside it and gives out what it exports. It parses and compiles nothing that was kept. */
export const loaderOf = (script, names) => `const { readFileSync, renameSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { Script } = process.getBuiltinModule("node:vm");
const { crc32 } = process.getBuiltinModule("node:zlib");
const folder = process.getBuiltinModule("node:module").getCompileCacheDir();
const kept = folder + "/start-${createHash("sha256").update(script).digest("hex").slice(0, 16)}";
const filename = import.meta.dirname + "/start.cjs";
const script = new Script(readFileSync(filename, "latin1"), { filename, cachedData: folder && readKept() });
if (folder && script.cachedDataRejected !== false) {
  process.once("exit", keep);
  setTimeout(keep, 10_000).unref(); // V8 forgets what a long session no longer runs
}
let given;
script.runInThisContext()((all) => (given = all), import.meta, (name) => import(name));
export const { ${names.join(", ")} } = given;

// V8 believes what it is given: a broken byte would end the process. So its sum stands before it.
function readKept() {
  try {
    const found = readFileSync(kept);
    return crc32(found.subarray(4)) === found.readUInt32LE() ? found.subarray(4) : undefined;
  } catch {
    return undefined; // the first run keeps it
  }
}

// Only of a run that asked a model: what a shorter one compiles helps nobody.
function keep() {
  if (!process.moduleLoadList.includes("NativeModule http")) return;
  try {
    const beside = kept + "." + process.pid;
    // V8 takes only what was made under its own flags, and a long run changes one: see young.ts
    if (parseInt(process.versions.v8) < 14) process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=2");
    const code = script.createCachedData();
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(code));
    writeFileSync(beside, Buffer.concat([sum, code]), { mode: 0o600, flush: true });
    renameSync(beside, kept);
    process.off("exit", keep);
  } catch {
    // without it a start takes a little longer
  }
}
`;
