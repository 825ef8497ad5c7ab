import { DONE, FAILED } from "../exit.ts";
import type { Machine } from "../machine.ts";
import { say } from "../tell.ts";
import type { DoctorAsked } from "./lines/doctor.ts";
import { CHECKS, type Check, type Finding } from "./checks.ts";

/** `keel doctor`: what keel needs, whether it is there, and what to do about what isn't. 0 when nothing stands in the way. */
export async function doctor(asked: DoctorAsked, machine: Machine): Promise<number> {
  const findings = await Promise.all(CHECKS.map((check) => examine(check, asked, machine)));
  const well = findings.every(({ state }) => state !== "blocks");
  const text = asked.json ? JSON.stringify({ ok: well, checks: findings }, null, 2) : linesOf(findings);
  return await say(text, machine, well ? DONE : FAILED);
}

/** What a check stumbles over is a finding, too. */
async function examine(check: Check, asked: DoctorAsked, machine: Machine): Promise<Finding> {
  try {
    return { name: check.name, ...(await check.look(machine, asked)) };
  } catch (error) {
    return { name: check.name, state: "note", what: `can't be looked at: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const SIGNS: Readonly<Record<Finding["state"], string>> = { well: "✔", note: "!", blocks: "✗" };

function linesOf(findings: readonly Finding[]): string {
  const wide = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .flatMap(({ name, state, what, remedy }) => [
      `${SIGNS[state]} ${name.padEnd(wide)}  ${what}`,
      ...(remedy === undefined ? [] : [`${" ".repeat(wide + 4)}→ ${remedy}`]),
    ])
    .join("\n");
}
