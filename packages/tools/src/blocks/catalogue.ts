/**
 * The blocks by name. A plugin enables them by naming them; none is there by itself.
 * What the model sees of them is data, made when keelson is built; what they do is loaded when the first call of one comes.
 */
import { createRequire } from "node:module";
import { extname } from "node:path";
import type { Tool } from "@keelson/protocol";
import type { BlockKit } from "./kit.ts";
import { SHOWN, type Shown } from "./shown.ts";

type Block = (kit: BlockKit) => Tool;

export const blocks: Readonly<Record<string, Block>> = Object.fromEntries(SHOWN.map((shown) => [shown.name, lazily(shown)]));

function lazily(shown: Shown): Block {
  return (kit) => {
    let whole: Tool | undefined;
    const load = (): Tool => (whole ??= bodyOf(shown.name)(kit));
    return { ...shown, bind: (raw, cwd) => load().bind(raw, cwd), warm: () => load().warm?.() };
  };
}

/**
 * Not `import()`: a call is bound without waiting. The path is put together so that a bundler leaves it alone; the published command has
 * this file as a bundle of its own, since Node 22 can't load by `require` what shares a module with an import that isn't over yet.
 */
const BODIES = `./bodies${extname(import.meta.url)}`;

function bodyOf(name: string): Block {
  const { bodies }: typeof import("./bodies.ts") = createRequire(import.meta.url)(BODIES);
  const body = bodies[name];
  if (!body) throw new Error(`The block ${name} is shown, but there is none: run npm run shown in packages/tools.`);
  return body;
}
