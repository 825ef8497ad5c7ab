import { existsSync, readFileSync } from "node:fs";
import { VARIABLES } from "@keelson/harness";
import { expect, test } from "vitest";
import { ENVIRONMENT } from "./environment.ts";

const PAGE = new URL("../../../docs/reference/environment.md", import.meta.url);
const NAMES = ENVIRONMENT.map(({ name }) => name);

test("every variable that the harness reads is in the table", () => {
  expect(NAMES).toEqual(expect.arrayContaining(Object.keys(VARIABLES)));
});

test("every variable that the command reads by name is in the table", () => {
  const files = ["machine.ts", "paint.ts", "terminal.ts", "main.ts", "../../../packages/harness/src/telemetry/open.ts"];
  const sources = files.map((file) => readFileSync(new URL(file, import.meta.url), "utf8")).join("\n");
  const read = [...sources.matchAll(/env\["(\w+)"\]/g)].map(([, name]) => name);
  expect(read.length).toBeGreaterThan(0);
  expect(NAMES).toEqual(expect.arrayContaining(read));
});

test.runIf(existsSync(PAGE))("the reference names the same variables, and no other", () => {
  const page = readFileSync(PAGE, "utf8");
  expect([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name).toSorted()).toEqual(NAMES.toSorted());
});
