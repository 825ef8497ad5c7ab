// What no plain start calls, though what it loads imports it: each is a file of its own that is read at the first call.
// Rule: only what is named here is taken from them, and all of it is functions that keep nothing. Taking another name breaks the build.
import { build } from "esbuild";

/**
 * `path`: as it is imported. `keeps`: what a start does call stays with it.
 * A module of our own is there twice when the others share parts of it: no class of it may be compared.
 */
const LATE = [
  { file: "picomatch", path: /^picomatch$/, takes: ["default"] },
  { file: "unbash", path: /^unbash$/, takes: ["forEachChild", "parse"] },
  { file: "classify", path: /^\.\/classifier\/classify\.js$/, takes: ["classifyCommand", "classifyLine"] }, // with 175 KB of learned weights
  { file: "jsonc-edit", path: /^jsonc-parser$/, takes: ["applyEdits", "modify"], keeps: ["parseTree", "printParseErrorCode"] },
  { file: "credentials", path: /[\\/]credential-chain\.mjs$/, takes: ["defaultCredentials", "resolveCredentialsFromConfig"] }, // a key is enough
  { file: "query", path: /[\\/]qs[\\/]stringify\.mjs$/, takes: ["stringify"] },
  {
    file: "permissions",
    path: /^@keelson\/permissions$/,
    takes: [
      "bindCall",
      "brokenRestriction",
      "checkExamples",
      "classifyCommand",
      "classifyLine",
      "confine",
      "createAnalyse",
      "createClassifier",
      "createReadFilter",
      "decide",
      "describeQuestion",
      "explain",
      "judgeCase",
      "proposeRules",
      "readRules",
      "rememberNested",
      "simulate",
      "standardStages",
    ],
    keeps: ["folderTrusted", "mayKeep", "nameRule", "needs", "permits", "policyOf", "rulingOn"],
  },
];

/** For esbuild. The files go into `folder`, made with `options`; `made` hears of what. */
export function late(folder, options, made) {
  const written = new Set();
  const plugin = (asked) => ({
    name: "late",
    setup({ onResolve, onLoad, resolve }) {
      for (const { file, path: filter } of LATE)
        onResolve({ filter }, async ({ path, kind, importer, resolveDir, pluginData }) => {
          if (kind !== "import-statement" || pluginData === "itself") return undefined;
          const found = await resolve(path, { kind, importer, resolveDir, pluginData: "itself" });
          if (!written.has(file)) await write(file, found.path);
          return { path: file, namespace: "late", sideEffects: false, pluginData: found.path };
        });
      onResolve({ filter: /^\.\/[\w-]+\.cjs$/, namespace: "late" }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /^/, namespace: "late" }, ({ path, pluginData }) => ({
        contents: stubOf(path, pluginData, asked),
        resolveDir: import.meta.dirname,
      }));
    },
  });
  const write = async (file, path) => {
    written.add(file);
    const output = { outdir: folder, format: "cjs", outExtension: { ".js": ".cjs" }, metafile: true };
    const plugins = [...options.plugins, plugin("require")]; // a script asks for another by its own
    const { metafile } = await build({ ...options, ...output, entryPoints: { [file]: path }, plugins });
    made(metafile);
  };
  return plugin("createRequire(import.meta.url)");
}

/** `whole`: the module itself. `asked`: what asks for its file there. */
function stubOf(file, whole, asked) {
  const { takes, keeps = [] } = LATE.find((each) => each.file === file);
  const calls = takes.map((name) =>
    name === "default"
      ? "export default (...words) => load()(...words);"
      : `export const ${name} = (...words) => load().${name}(...words);`,
  );
  return `import { createRequire } from "node:module";
let found;
const load = () => (found ??= ${asked}("./${file}.cjs"));
${keeps.length > 0 ? `export { ${keeps.join()} } from ${JSON.stringify(whole)};` : ""}
${calls.join("\n")}`;
}
