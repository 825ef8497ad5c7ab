import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Settles when the process has ended; a dead one that nobody has collected counts. Rejects when it lives on. */
export async function gone(pid: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const stat = await readFile(`/proc/${pid.trim()}/stat`, "utf8").catch(() => "");
    if (stat === "" || "ZX".includes(stat.slice(stat.lastIndexOf(")") + 2).charAt(0))) return;
    await sleep(20);
  }
  throw new Error(`${pid.trim()} still runs`);
}

/** What a file holds, as soon as it holds something. */
export async function held(path: string): Promise<string> {
  for (;;) {
    const text = await readFile(path, "utf8").catch(() => "");
    if (text !== "") return text;
    await sleep(10);
  }
}
