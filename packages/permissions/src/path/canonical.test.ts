import { expect, it } from "vitest";
import { canonicalise } from "./canonical.ts";

const at = (text: string, windows = false) => {
  const read = canonicalise(text, { cwd: "/home/dev/proj", home: "/home/dev", windows });
  return read.ok ? read.path : "refused";
};

it("takes every way to write a path for the same path", () => {
  for (const text of ["~/a", "$HOME/a", "${HOME}/a", "/home/dev/a", "/home//dev///a", "file:///home/dev/a", "file://localhost/home/dev/a"])
    expect(at(text)).toBe("/home/dev/a");
  for (const text of ["a", "./a", "$PWD/a", "${PWD}/a"]) expect(at(text).replace("/./", "/")).toBe("/home/dev/proj/a");
  expect(at("e\u0301")).toBe("/home/dev/proj/\u00e9");
  expect([at("~other/a"), at("a~/b"), at("$HOMER/a")]).toEqual([
    "/home/dev/proj/~other/a",
    "/home/dev/proj/a~/b",
    "/home/dev/proj/$HOMER/a",
  ]);
});

it("keeps `..` for whoever knows the links", () => {
  expect(at("link/../a")).toBe("/home/dev/proj/link/../a");
});

it("reads the forms of Windows there, and only there", () => {
  expect([at("C:\\Users\\dev", true), at("c:/a", true), at("src\\a.ts", true)]).toEqual([
    "/c/Users/dev",
    "/c/a",
    "/home/dev/proj/src/a.ts",
  ]);
  expect(at("a\\b")).toBe("/home/dev/proj/a\\b");
});

it.each([
  "\\\\server\\share\\x",
  "//server/share",
  "\\\\?\\C:\\x",
  "\\\\.\\pipe\\x",
  "\\??\\C:\\x",
  "a.txt::$DATA",
  ".git.",
  ".git ",
  "C:x",
  "con",
  "a/NUL.txt",
  "PROGRA~1/x",
])("refuses %j on Windows", (text) => {
  expect(at(text, true)).toBe("refused");
});

it("refuses a NUL byte everywhere", () => {
  expect([at("a\0b"), at("a\0b", true)]).toEqual(["refused", "refused"]);
});
