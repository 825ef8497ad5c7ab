import { expect, test } from "vitest";
import { leads } from "./links.ts";

const LINKS = new Map([
  ["a/b/short", "../../c"],
  ["one", "two"],
  ["two", "one"],
  ["self", "self"],
  ["bin", "a/b"],
  ["up", ".."],
  ["root", "/etc"],
]);
const where = (path: string, target: string): string => leads(path, new Map([...LINKS, [path, target]]));

test.each([
  ["l", "a/b/file", "inside"],
  ["a/l", "../c/./d", "inside"],
  ["l", "not/there/yet", "inside"],
  ["l", "bin/file", "inside"],
  ["l", "/etc/passwd", "out"],
  ["l", "../x", "out"],
  ["a/l", "../../x", "out"],
  ["l", "a/../../x", "out"],
  ["l", "a/b/short/../../x", "out"], // as names it stays inside; along the link it doesn't
  ["l", "root/passwd", "out"],
  ["l", "up/x", "out"],
  ["l", "one/x", "round"],
  ["l", "l", "round"],
  ["l", ".", "round"],
  ["a/b/l", "..", "round"],
  ["a/b/l", "../../bin", "round"],
])("%s -> %s leads %s", (path, target, leadsTo) => {
  expect(where(path, target)).toBe(leadsTo);
});
