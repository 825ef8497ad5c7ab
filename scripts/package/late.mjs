// Packages that no plain start calls, though what it loads imports them: each is a file of its own that is read at the first call.
// Rule: only what is here is taken from them, and all of it is functions. An importer that takes another name breaks the build.
import { build } from "esbuild";

const LATE = { picomatch: ["default"], unbash: ["forEachChild", "parse"] };

/** For esbuild. The files go into `folder`, made with `options`; `made` hears of what. */
export const late = (folder, options, made) => ({
  name: "late",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: new RegExp(`^(${Object.keys(LATE).join("|")})$`) }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind !== "import-statement" || pluginData === "real") return undefined;
      const { path: file } = await resolve(path, { kind, resolveDir, pluginData: "real" });
      const output = { outdir: folder, format: "cjs", outExtension: { ".js": ".cjs" }, metafile: true };
      made((await build({ ...options, ...output, entryPoints: { [path]: file } })).metafile);
      return { path, namespace: "late", sideEffects: false };
    });
    onLoad({ filter: /^/, namespace: "late" }, ({ path }) => ({ contents: stubOf(path) }));
  },
});

function stubOf(name) {
  const calls = LATE[name].map((each) =>
    each === "default"
      ? "export default (...words) => load()(...words);"
      : `export const ${each} = (...words) => load().${each}(...words);`,
  );
  return `import { createRequire } from "node:module";
let found;
const load = () => (found ??= createRequire(import.meta.url)("./${name}.cjs"));
${calls.join("\n")}`;
}
