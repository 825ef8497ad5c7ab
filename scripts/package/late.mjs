// Packages that are a function, and that no plain start calls: they are in the start's file, and run when they are first called.
// Rule: only where every importer calls the default export and takes nothing else from it.
const LATE = ["picomatch"];

/** For esbuild. */
export const late = {
  name: "late",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${LATE.join("|")})$`) }, ({ path, kind, resolveDir }) =>
      kind === "import-statement" ? { path, namespace: "late", sideEffects: false, pluginData: resolveDir } : undefined,
    );
    onLoad({ filter: /^/, namespace: "late" }, ({ path, pluginData: resolveDir }) => ({
      contents: `export default (...words) => require(${JSON.stringify(path)})(...words);`,
      resolveDir,
    }));
  },
};
