// The vendor's client without what a start never needs: two globals and one look at a third load all of Node's fetch and web streams.
// Rule: its own files alone; everything else in the bundle has the real ones.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const OF_THE_CLIENT = /[\\/]@anthropic-ai[\\/]sdk[\\/].*\.mjs$/;
const NO_TRACING = join(import.meta.dirname, "no-tracing.mjs");
const STAND_INS = JSON.stringify(join(import.meta.dirname, "stand-ins.mjs"));

/** For esbuild. */
export const lightClient = {
  name: "light-client",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^@opentelemetry[\\/]api$/ }, ({ importer }) => (OF_THE_CLIENT.test(importer) ? { path: NO_TRACING } : undefined));
    onLoad({ filter: OF_THE_CLIENT }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      // A request's body is bytes here: asking whether it is a stream would load them.
      const asked = /[\\/]sdk[\\/]client\.mjs$/.test(path) ? text.replaceAll("globalThis.ReadableStream", "undefined") : text;
      return { contents: `import { Headers, FormData } from ${STAND_INS};\n${asked}` };
    });
  },
};
