import type { Decision } from "@keelson/protocol";
import { expect, test } from "vitest";
import { deniedLine } from "./denied-line.ts";
import type { Denial } from "./tally.ts";

const denial = (name: string, more: Pick<Denial, "decision" | "suggestion">): Denial => ({
  use: { type: "tool_use", id: "c", name, input: {} },
  ...more,
});
const asked: Decision = { behavior: "deny", reason: "Nobody is here to be asked.", explicit: true, stage: "user" };

test("what was denied is one line, ready to be pasted into a shell", () => {
  const rule = { text: "Bash(rm *)", behavior: "deny", source: "keel_user", base: "/" } as const;
  const forbidden: Decision = { behavior: "deny", reason: "a rule", explicit: true, stage: "deny", rule };
  const line = deniedLine([
    denial("Bash", { decision: asked, suggestion: "Bash(npm test)" }),
    denial("Bash", { decision: asked, suggestion: "Bash(npm test)" }),
    denial("Bash", { decision: forbidden, suggestion: undefined }),
  ]);
  expect(line).toBe("Denied, for nobody was there to ask; to allow it: --allowedTools 'Bash(npm test)' · Denied by a rule: Bash(rm *)");
});

test("a quote in a rule survives the shell", () => {
  expect(deniedLine([denial("Edit", { decision: asked, suggestion: "Edit(./it's)" })])).toContain("--allowedTools 'Edit(./it'\\''s)'");
});

test("where no rule would do, the tool is named", () => {
  expect(deniedLine([denial("Bash", { decision: asked, suggestion: undefined })])).toBe(
    "Denied, and no single rule allows it: a call of Bash",
  );
});

test("nothing denied is nothing to say", () => {
  expect(deniedLine([])).toBeUndefined();
});
