// Node's own modules in the bundle. An `import` of one reads all it exports, among them getters that load much more (`node:http` brings
// all of fetch: 33 ms). Here a name is looked up by itself, and a plain function not before it is called.
// Rule: who imports the name can't tell the difference.
import { builtinModules } from "node:module";
import { promisify, types } from "node:util";

/** Files that `import *` whole modules: all names would be kept. They are loaded late, if ever. */
const TAKES_ALL = /[\\/]@anthropic-ai[\\/]sdk[\\/].*[\\/]node\.mjs$/;

/** Names that have a stand-in of ours: what a start asks for, without the rest of its module. */
const STAND_INS = { crypto: { randomUUID: "./random.mjs" } };

/** For esbuild. */
export const builtins = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(node:.+|${builtinModules.filter((name) => !name.startsWith("_")).join("|")})$`);
    onResolve({ filter }, ({ path, kind, importer }) => {
      if (kind === "dynamic-import" || TAKES_ALL.test(importer)) return { path, external: true };
      const namespace = kind === "require-call" ? "builtin-whole" : "builtin-by-name";
      return { path: path.replace(/^node:/, ""), namespace, sideEffects: false };
    });
    onLoad({ filter: /^/, namespace: "builtin-whole" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}");`,
    }));
    onLoad({ filter: /^/, namespace: "builtin-by-name" }, ({ path }) => ({ contents: byName(path), resolveDir: import.meta.dirname }));
  },
};

function byName(path) {
  const whole = process.getBuiltinModule(`node:${path}`);
  const lines = Object.entries(Object.getOwnPropertyDescriptors(whole))
    .filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && name !== "default")
    .map(([name, { value }]) => {
      const standIn = STAND_INS[path]?.[name];
      if (standIn) return `export { ${name} } from ${JSON.stringify(standIn)};`;
      return `export const ${name} = /* @__PURE__ */ ${isPlainFunction(value, path) ? "later" : "now"}("${name}");`;
    });
  const isPlain = Object.getPrototypeOf(whole) === Object.prototype; // `process` isn't, nor is `events`
  return `const whole = () => process.getBuiltinModule("node:${path}");
const now = (name) => whole()[name];
const later = (name) => (...words) => whole()[name](...words);
export default /* @__PURE__ */ ${isPlain ? "new Proxy({}, { get: (_, name) => whole()[name] })" : "whole()"};
${lines.join("\n")}`;
}

const PARTS_OF_ALL = ["length", "name", "prototype", "arguments", "caller"];

/** No class, and nothing hangs on it, such as `setTimeout[promisify.custom]` or `realpath.native`. Who has a promise already won't promisify. */
function isPlainFunction(value, path) {
  if (typeof value !== "function" || types.isProxy(value)) return false;
  const usual = [...PARTS_OF_ALL, ...(path === "fs/promises" ? [promisify.custom] : [])];
  if (Reflect.ownKeys(value).some((key) => !usual.includes(key))) return false;
  return Reflect.ownKeys(value.prototype ?? {}).every((key) => key === "constructor") && !/^[A-Z]/.test(value.name);
}
