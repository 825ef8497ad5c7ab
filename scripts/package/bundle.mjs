// The bundle of the published command: one file with all that a plain run needs, and chunks that are loaded when they are asked for.
// Rule: nothing is in there twice, so that a class is one class.
import { rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { builtins } from "./builtins.mjs";
import { direct } from "./direct.mjs";
import { late } from "./late.mjs";
import { lightClient } from "./light-client.mjs";
import { loaderOf, scriptOf } from "./start.mjs";

const COMMON = {
  ...{ bundle: true, format: "esm", minifySyntax: true, minifyWhitespace: true, legalComments: "none", logLevel: "warning" },
  logOverride: { "direct-eval": "silent" }, // gray-matter has one, for a language that the loader turns off
};

/** Writes the bundle of the module `file` into `folder`, beside what is there, and tells which files it was made of, from `root`. `outside`: packages that stay imports; `asScript`: see start.mjs. */
export async function bundle(name, file, options) {
  const { root, folder, outside, target } = options;
  const others = [];
  const common = { ...COMMON, absWorkingDir: root, platform: "node", target, mainFields: ["module", "main"], external: outside };
  const { metafile } = await build({
    ...common,
    entryPoints: { [name]: file },
    outdir: folder,
    splitting: true,
    plugins: [direct, builtins, late(folder, { ...common, plugins: [direct, builtins] }, (late) => others.push(late)), lightClient],
    metafile: true,
  });
  await joinParts(`${name}.js`, new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output])), options);
  return [metafile, ...others].flatMap(inputsOf);
}

const inputsOf = ({ outputs }) =>
  Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs).filter((input) => inputs[input].bytesInOutput > 0));

/**
 * Splitting makes a file of each set of modules that the same chunks share: two dozen of them at every start, each looked up, read and linked.
 * Those become one. What a chunk took from one of them it now takes from the first, under a name with a number before it.
 */
async function joinParts(first, outputs, { folder, asScript }) {
  const parts = staticallyReached(first, outputs);
  const names = parts.map((part, at) => outputs.get(part).exports.map((own) => [own, part === first ? own : `p${at}_${own}`]));
  const list = (at) => names[at].map(([own, name]) => `${own} as ${name}`);
  const taken = parts.map((part, at) => `${asScript ? "import" : "export"} {${list(at)}} from "./${part}";`);
  const exported = names.flatMap((each) => each.map(([, name]) => name));
  if (asScript) taken.push(`__give({${exported.join()}});`);
  const given = parts.map((_, at) => `export {${names[at].map(([own, name]) => `${name} as ${own}`)}} from "./${first}";`);

  const { outputFiles } = await build({
    ...COMMON,
    ...(asScript && { format: "iife", define: { "import.meta": "__meta" }, minifyIdentifiers: true }), // fewer names to bring back: 4 ms
    stdin: { contents: taken.join("\n"), resolveDir: folder },
    write: false,
    plugins: [link((name) => (parts.includes(name) ? "" : undefined))],
  });
  const [{ text }] = outputFiles;
  const script = asScript && scriptOf(text);
  if (script) writeFileSync(join(folder, "start.cjs"), script);
  writeFileSync(join(folder, first), script ? loaderOf(script, exported) : text);
  await build({
    ...COMMON,
    entryPoints: [...outputs.keys()].filter((name) => !parts.includes(name)).map((name) => join(folder, name)),
    outdir: folder,
    allowOverwrite: true,
    plugins: [link((name) => (name === first ? undefined : given[parts.indexOf(name)]))],
  });
  for (const part of parts) if (part !== first) rmSync(join(folder, part));
}

/** What a neighbour's file is replaced with: its own text where `replaced` says "", and it stays an import where that says nothing. */
function link(replaced) {
  return {
    name: "link",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^/ }, ({ path, kind, resolveDir }) => {
        if (kind === "entry-point") return undefined;
        const name = basename(path);
        const text = path === `./${name}` ? replaced(name) : undefined;
        if (text === undefined) return { path, external: true };
        return text === "" ? { path: join(resolveDir, name) } : { path: name, namespace: "replaced" };
      });
      onLoad({ filter: /^/, namespace: "replaced" }, ({ path }) => ({ contents: replaced(path) }));
    },
  };
}

/** Files that are loaded with this one, itself among them. */
function staticallyReached(first, outputs) {
  const reached = new Set([first]);
  for (const name of reached)
    for (const { path, kind } of outputs.get(name).imports)
      if (kind === "import-statement" && outputs.has(basename(path))) reached.add(basename(path));
  return [...reached];
}
