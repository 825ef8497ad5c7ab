// The narrowest rule that would allow a call, as text. It goes by the path as it is written: where a link leads elsewhere the rule
// doesn't hold, and the call is asked about again.
import { posix } from "node:path";
import type { Asked, Effect } from "@keelson/protocol";
import { isWithin, tidy } from "./path/links.ts";
import { isProtected } from "./path/protected.ts";
import { plainWords } from "./shell/words.ts";

/** Undefined when no rule would do: a command that isn't plain, a protected path. */
export function suggestRule(asked: Asked): string | undefined {
  const { effects } = asked.call;
  const texts = effects.filter((effect) => !needsNoRule(effect, asked)).map((effect) => ruleFor(effect, asked));
  const wanted = [...new Set(texts)];
  if (wanted.length === 1) return wanted[0];
  return wanted.includes(undefined) || effects.some((effect) => effect.do === "shell") ? undefined : asked.tool;
}

function ruleFor(effect: Effect, asked: Asked): string | undefined {
  switch (effect.do) {
    case "shell":
      return asked.tool === "Bash" && plainWords(effect.text) ? `Bash(${effect.text.trim()})` : undefined;
    case "read":
      return `Read(${patternOf(effect.path, asked)}${effect.under ? "/**" : ""})`;
    case "write":
    case "delete":
      return isProtected(effect.path) ? undefined : `Edit(${patternOf(effect.path, asked)})`;
    case "connect":
    case "spawn":
    case "unknown":
      return asked.tool;
  }
}

const needsNoRule = (effect: Effect, asked: Asked): boolean =>
  effect.do === "read" && [asked.cwd, ...asked.directories].some((folder) => isWithin(tidy(effect.path), tidy(folder)));

function patternOf(path: string, { cwd, home }: Asked): string {
  const plain = tidy(path);
  const escaped = (from: string): string => posix.relative(from, plain).replaceAll(/[*?[\]\\{}]/g, "\\$&");
  if (plain !== tidy(cwd) && isWithin(plain, tidy(cwd))) return `./${escaped(tidy(cwd))}`;
  if (plain !== tidy(home) && isWithin(plain, tidy(home))) return `~/${escaped(tidy(home))}`;
  return `//${escaped("/")}`;
}
