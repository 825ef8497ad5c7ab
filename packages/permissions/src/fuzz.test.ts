import { expect, it } from "vitest";
import { anyPath, anyRule, anyText } from "../test/garbage.ts";
import { linked } from "../test/engine.ts";
import { seeded } from "../test/random.ts";
import { canonicalise } from "./path/canonical.ts";
import { spell } from "./path/links.ts";
import { readRule } from "./rule/reading.ts";
import { createAnalyse } from "./shell/analyse.ts";

const ROUNDS = 1_500;
const analyse = createAnalyse("/home/dev");

it("takes any text for a command, a rule or a path without a throw", async () => {
  const random = seeded(3);
  for (let count = 0; count < ROUNDS; count += 1) {
    expect(typeof analyse(anyText(random), "/home/dev/proj").readOnly).toBe("boolean");
    for (const behavior of ["allow", "deny"] as const) expect(readRule(anyRule(random), behavior)).toHaveProperty("kind");
    const path = canonicalise(anyPath(random), { cwd: "/home/dev/proj", home: "/home/dev", windows: random.below(2) === 0 });
    expect(path.ok ? (await spell(path.path, linked())).all[0] : path.why).toBeTruthy();
  }
});
