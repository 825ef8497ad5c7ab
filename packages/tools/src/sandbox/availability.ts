/** Whether there can be a sandbox here, found out by making one. */
import type { NetworkBounds, ProcessSpec } from "@keelson/protocol";
import { startProcess } from "../process/start.ts";

/** `hosts`: it can also let some hosts through. `why`: what is missing, in words that tell what to do. */
export type SandboxAvailability = { readonly available: boolean; readonly hosts: boolean; readonly why?: string };

const PATIENCE = 10_000; // milliseconds

/** `env`: that of the commands; its PATH is where the helpers are looked for. `cwd`: where no helper may come from. `program`: bubblewrap itself, where it isn't looked for. */
export async function sandboxAvailability(
  { cwd, env, program }: Pick<ProcessSpec, "cwd" | "env"> & { readonly program?: string },
  signal: AbortSignal,
): Promise<SandboxAvailability> {
  const whyNot = async (network: NetworkBounds): Promise<string | undefined> => {
    const confinement = { writable: [], unwritable: [], unreadable: [], network, ...(program !== undefined && { program }) };
    const probe = startProcess({ file: "true", args: [], cwd, env, confinement, timeoutMs: PATIENCE }, signal);
    let step = await probe.next();
    while (!step.done) step = await probe.next();
    const { code, failed } = step.value;
    return code === 0 ? undefined : (failed ?? "Nothing ran: the sandbox was not made in time.");
  };
  const closed = await whyNot({ allowed: [], denied: [] });
  if (closed !== undefined) return { available: false, hosts: false, why: closed };
  const some = await whyNot({ allowed: ["localhost"], denied: [] });
  return some === undefined ? { available: true, hosts: true } : { available: true, hosts: false, why: some };
}
