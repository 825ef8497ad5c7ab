// What a folder that is copied or moved holds is put there too, named or not.
import { expect, it } from "vitest";
import type { Links } from "./path/links.ts";
import { verdict, type World } from "../test/engine.ts";

/** A disk with these files beneath the working directory. */
const disk = (...files: readonly string[]): Links => ({
  readlink: async () => undefined,
  async list(folder) {
    const start = `${folder.replace(/\/+$/, "")}/`;
    const below = files.map((file) => `/home/dev/proj/${file}`).filter((file) => file.startsWith(start));
    return [...new Set(below.map((file) => file.slice(start.length).split("/")[0] ?? ""))].map((name) => ({ name, link: false }));
  },
});
const EVIL = disk(
  "evil/.git/hooks/pre-commit",
  "evil/.keel/settings.json",
  "evil/a",
  "deep/a/b/.npmrc",
  "ci/workflows/x.yml",
  "plain/a/b.ts",
);
const EDITS: World = { mode: "acceptEdits", links: EVIL };

it.each([
  "cp -r evil/. .",
  "cp -rT evil .",
  "cp -a evil/. sub",
  "cp -R evil sub",
  "cp -r deep/. .",
  "cp -r dee* sub",
  "cp --recursive evil/. .",
  "mv evil sub",
  "mv -T evil sub",
])("asks before `%s` puts what is protected somewhere, also where rules allow it", async (text) => {
  expect(await verdict("Bash", text, EDITS)).toBe("ask!");
  expect(await verdict("Bash", text, { rules: { allow: ["Bash"] }, links: EVIL })).toBe("ask!");
});

it.each([
  "cp -l .git/config g",
  "cp -al .git/. sub",
  "cp --link .git/config g",
  "cp -l .git/config g; echo x > g",
  "cp -rl .git/. sub; echo x > sub/config",
])("asks before `%s`, by which a protected file has a second name", async (text) => {
  expect(await verdict("Bash", text, EDITS)).toBe("ask!");
});

it("asks where it can't be told what comes along, and about workflows", async () => {
  const closed: Links = { readlink: async () => undefined, list: async () => Promise.reject(new Error("closed")) };
  const many: Links = {
    readlink: async () => undefined,
    list: async () => Array.from({ length: 3_000 }, (_, at) => ({ name: `${at}`, link: false })),
  };
  for (const links of [closed, many, { readlink: async () => undefined }] satisfies readonly Links[])
    expect(await verdict("Bash", "cp -r plain/. .", { ...EDITS, links })).toBe("ask");
  expect(await verdict("Bash", "cp -r ci/. .github", EDITS)).toBe("ask");
});

it("lets plain files and folders be copied and moved, and all of them elsewhere where a rule allows it", async () => {
  for (const text of [
    "cp -r plain sub",
    "cp -r plain/. .",
    "mv plain sub",
    "cp evil/a b",
    "cp -l plain/a/b.ts c",
    "mv evil/a b",
    "cp -r new sub",
  ])
    expect([text, await verdict("Bash", text, EDITS)]).toEqual([text, "allow"]);
  expect(await verdict("Bash", "cp -r . /tmp/x", { rules: { allow: ["Bash"] }, links: EVIL })).toBe("allow");
});
