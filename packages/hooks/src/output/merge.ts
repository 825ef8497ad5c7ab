/** Many hooks, one outcome. Rule: it is the same in whatever order they ended; where two want different things, their declared order says. */
import { HOOK_BEHAVIORS, type HookOutcome, type HookSaid } from "@keelson/protocol";
import type { HookResult } from "./result.ts";

export function merge(results: readonly HookResult[]): HookOutcome {
  const all = results.toSorted((a, b) => a.at - b.at);
  const decision = strongest(all);
  const denied = decision?.behavior === "deny";
  const rewriter = denied ? undefined : all.findLast(({ updatedInput }) => updatedInput !== undefined);
  const stopper = all.find(({ stop }) => stop !== undefined);
  return {
    ...(decision !== undefined && { decision }),
    ...(rewriter?.updatedInput !== undefined && { updatedInput: { input: rewriter.updatedInput, by: rewriter.by } }),
    contexts: all.flatMap(({ context, by }) => (context === undefined ? [] : [{ text: context, from: "hook", by }])),
    messages: [...all.flatMap(({ message, by }) => (message === undefined ? [] : [{ text: message, by }])), ...rivals(all, rewriter)],
    ...(stopper?.stop !== undefined && { stop: { reason: stopper.stop, by: stopper.by } }),
    suppressOutput: all.some(({ suppressOutput }) => suppressOutput === true),
    environment: all.flatMap(({ environment, by }) => (environment === undefined ? [] : [{ script: environment, by }])),
    said: mergeSaid(
      all.map(({ said }) => said),
      denied,
    ),
  };
}

/** deny > defer > ask > allow. All who say the strongest are heard; the first of them is named. */
function strongest(all: readonly HookResult[]): HookOutcome["decision"] {
  for (const behavior of HOOK_BEHAVIORS) {
    const [first, ...others] = all.filter(({ decision }) => decision?.behavior === behavior);
    if (first === undefined) continue;
    const reasons = new Set([first, ...others].flatMap(({ decision }) => decision?.reason || []));
    return { behavior, reason: [...reasons].join("\n"), by: first.by };
  }
  return undefined;
}

/** Two rewrites can't both hold. */
function rivals(all: readonly HookResult[], winner: HookResult | undefined): HookOutcome["messages"] {
  if (winner === undefined) return [];
  const lost = all.filter(
    ({ updatedInput }) => updatedInput !== undefined && JSON.stringify(updatedInput) !== JSON.stringify(winner.updatedInput),
  );
  return lost.map(({ by }) => ({
    text: `Both ${by.name} and ${winner.by.name} changed the same input; what the latter made of it holds.`,
    by,
  }));
}

const ACTIONS = ["decline", "cancel", "accept"] as const; // strictest first

function mergeSaid(all: readonly HookSaid[], denied: boolean): HookSaid {
  const each = <T>(pick: (said: HookSaid) => T | undefined): readonly T[] => all.map(pick).filter((value) => value !== undefined);
  const anyOf = (values: readonly boolean[]): boolean => values.includes(true);
  const actions = each(({ action }) => action);
  const action = ACTIONS.find((one) => actions.includes(one));
  return {
    ...given(
      each((said) => said.initialUserMessage),
      (texts) => ({ initialUserMessage: texts.join("\n") }),
    ),
    ...given(
      each((said) => said.sessionTitle),
      ([sessionTitle]) => ({ sessionTitle }),
    ),
    ...given(
      each((said) => said.watchPaths),
      (lists) => ({ watchPaths: [...new Set(lists.flat())] }),
    ),
    ...given(
      each((said) => said.reloadSkills),
      (flags) => ({ reloadSkills: anyOf(flags) }),
    ),
    ...given(
      each((said) => said.suppressOriginalPrompt),
      (flags) => ({ suppressOriginalPrompt: anyOf(flags) }),
    ),
    ...given(each((said) => said.displayContent).slice(-1), ([displayContent]) => ({ displayContent })),
    ...given(denied ? [] : each((said) => said.updatedPermissions), (lists) => ({ updatedPermissions: lists.flat() })),
    ...given(
      each((said) => said.interrupt),
      (flags) => ({ interrupt: anyOf(flags) }),
    ),
    ...given(
      each((said) => said.retry),
      (flags) => ({ retry: anyOf(flags) }),
    ),
    ...given(
      each((said) => said.classifierContext),
      (texts) => ({ classifierContext: texts.join("\n") }),
    ),
    ...given(each((said) => said.updatedToolOutput).slice(-1), ([updatedToolOutput]) => ({ updatedToolOutput })),
    ...given(each((said) => said.updatedMCPToolOutput).slice(-1), ([updatedMCPToolOutput]) => ({ updatedMCPToolOutput })),
    ...given(
      each((said) => said.worktreePath),
      ([worktreePath]) => ({ worktreePath }),
    ),
    ...(action !== undefined && { action }),
    // A form that isn't sent has no content.
    ...(action === "accept" && given(each((said) => said.content).slice(-1), ([content]) => ({ content }))),
    ...given(
      each((said) => said.terminalSequence),
      (texts) => ({ terminalSequence: texts.join("") }),
    ),
  };
}

/** Nothing where nobody said anything. */
function given<T, R>(values: readonly T[], make: (values: readonly [T, ...(readonly T[])]) => R): R | undefined {
  const [first, ...rest] = values;
  return first === undefined ? undefined : make([first, ...rest]);
}
