import { failed, passed } from "./table.mjs";

/** Throws with these words where it doesn't hold. */
export function check(holds, words) {
  if (!holds) throw new Error(words);
}

export function expect(text, pattern) {
  if (!pattern.test(text)) throw new Error(`expected ${pattern} in: ${text.length > 300 ? `…${text.slice(-300)}` : text}`);
}

/** The row of one test: what it throws is why it failed. */
check.row = async (test, run) => {
  try {
    const why = await run();
    return passed(test, why);
  } catch (error) {
    return failed(test, error instanceof Error ? error.message : String(error));
  }
};
