/** What a call would touch, by a tool's name and its input. Rule: a bundled block reads its own input; where there is none, the name tells. */
import { join } from "node:path";
import { bindCall } from "@keelson/permissions";
import type { AnalyseShell, BoundCall, Json } from "@keelson/protocol";
import { blocks, createSeen, diskFiles, startProcess, type BlockKit } from "@keelson/tools";
import type { Place } from "../house.ts";

/** `refused`: the block doesn't take this input, and the effects are those that its name tells. */
export type BoundBy =
  | { readonly ok: true; readonly call: BoundCall; readonly by: "block" | "name"; readonly refused?: string }
  | { readonly ok: false; readonly error: string };
export type Bind = (tool: string, input: Json, cwd: string) => BoundBy;

export function binder({ cwd, home, keelHome }: Pick<Place, "cwd" | "home" | "keelHome">, analyse: AnalyseShell): Bind {
  const kit: BlockKit = {
    files: diskFiles(),
    run: startProcess, // a call that is bound and never run starts nothing
    seen: createSeen(),
    shell: { cwd },
    env: {},
    home,
    analyse,
    hidden: () => async () => false, // the filter would stand before a search: its effects say so
    roots: () => [cwd],
    spillDir: join(keelHome, "var", "outputs"),
  };
  return (tool, input, at) => {
    const block = Object.hasOwn(blocks, tool) ? blocks[tool]?.({ ...kit, shell: { cwd: at } }) : undefined;
    const own = block?.bind(input, at);
    if (own?.ok) return { ok: true, call: own.call, by: "block" };
    const named = bindCall(tool, input, { cwd: at, home });
    if (!named.ok) return { ok: false, error: own?.error ?? named.error };
    return { ok: true, call: named.call, by: "name", ...(own && { refused: own.error }) };
  };
}
