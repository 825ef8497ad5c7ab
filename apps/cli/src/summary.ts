import type { Usage } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { visible } from "./clean.ts";
import { seconds } from "./recovery-line.ts";
import { isPriced, usdOf, type Tally } from "./tally.ts";

/** Where a person finds themselves: model, folder, mode, session. */
export function headerLine(session: Pick<Session, "model" | "cwd" | "mode" | "id">, version: string, home: string): string {
  const { model, cwd, mode, id } = session;
  const folder = cwd === home || cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : cwd;
  return `keel ${version} · ${visible(model)} · ${visible(folder)} · mode ${mode} · session ${id}`;
}

/** What a run took: time, tokens of all models, dollars where a price is known. */
export function spentLine(ms: number, tallies: readonly Tally[]): string {
  const spent = tallies.flatMap(({ models }) => Object.values(models));
  const tokens = (of: (usage: Usage) => number): string => spent.reduce((sum, { usage }) => sum + of(usage), 0).toLocaleString("en-US");
  const usd = tallies.reduce((sum, tally) => sum + usdOf(tally), 0);
  const dollars = tallies.some(isPriced) ? ` · $${usd.toFixed(usd < 1 ? 4 : 2)}` : "";
  const input = tokens(({ input, cacheRead, cacheWrite5m, cacheWrite1h }) => input + cacheRead + cacheWrite5m + cacheWrite1h);
  return `${seconds(ms)} · ${input} tokens in, ${tokens(({ output }) => output)} out${dollars}`;
}
