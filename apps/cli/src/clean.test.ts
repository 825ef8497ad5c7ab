import { expect, test } from "vitest";
import { plain, shorten, visible } from "./clean.ts";

test("what is to be judged shows its control characters instead of sending them", () => {
  expect(visible("a\u001b]52;c;ZXZpbA==\u0007b")).toBe("a␛]52;c;ZXZpbA==␇b");
  expect(visible("rm -rf /\u202e fdp.x")).toBe("rm -rf /� fdp.x");
  expect(visible("\u009b2J\u007f")).toBe("�2J␡");
  expect(visible("tab\tline\nend\r\n")).toBe("tab\tline\nend\n");
});

test("an escape sequence that is cut in two pieces is harmless in both", () => {
  expect(visible("\u001b") + visible("[2J")).toBe("␛[2J");
});

test("output is shown without its colours, and of an overwritten line the last state", () => {
  expect(plain("\u001b[31mred\u001b[0m")).toBe("red");
  expect(plain("10%\r50%\r100%\ndone\r\n")).toBe("100%\ndone\n");
});

test("a line is cut where it is too long, and says so", () => {
  expect(shorten("one\n  two", 20)).toBe("one two");
  expect(shorten("abcdef", 4)).toBe("abc…");
  expect(shorten("👍👍👍", 3)).toBe("👍👍👍");
});
