const MARKS = { pass: "✓", fail: "✗", "left out": "–" };

/** One row of the table, one line. */
export function printed({ test, verdict, why = "" }) {
  return `${MARKS[verdict]} ${test.padEnd(62)} ${verdict.padEnd(8)} ${why.replaceAll(/\s+/g, " ").slice(0, 800)}`.trimEnd();
}

export const passed = (test, why) => ({ test, verdict: "pass", why });
export const failed = (test, why) => ({ test, verdict: "fail", why });
export const leftOut = (test, why) => ({ test, verdict: "left out", why });
