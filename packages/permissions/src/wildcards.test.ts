// What a wildcard stands for is judged as if it were written out.
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { groundOf } from "./scene.ts";
import { nodeLinks } from "./path/links.ts";
import { MARK } from "./shell/marks.ts";
import { linked, verdict, type World } from "../test/engine.ts";

const links = linked({ "/home/dev/proj/notes.txt": "/out/secret.txt", "/home/dev/proj/doc": "/out", "/home/dev/proj/g": ".git" });
const all = async (wanted: string | RegExp, texts: readonly string[], world: World = {}) => {
  for (const text of texts) expect([text, await verdict("Bash", text, { links, ...world })]).toEqual([text, expect.stringMatching(wanted)]);
};

it("asks before a wildcard reads through a link that leads out", async () => {
  const texts = [
    "cat n*",
    "cat */secret.txt",
    'grep -h "" *.txt',
    "head -5 *.txt",
    "cat *",
    "cat ./*",
    "cat [n]otes.txt",
    "cat ?otes.txt",
    "sort -- *",
    "base64 < n*",
    "jq -R . *.txt",
    "ls d*/",
    "cat d?c/s",
  ];
  await all("ask", texts);
  await all("deny", texts, { mode: "dontAsk" });
  await all("ask", ["cp n* x", "eslint n*", "cp x {notes.txt,}"], { rules: { allow: ["Bash(cp *)", "Bash(eslint *)"] } });
});

it("asks before a wildcard removes or changes what lies outside, or is protected", async () => {
  await all(
    /ask/,
    ["rm d*/keep", "rm -rf d*/*", "mv x d*/", "touch n*", "cp x n*", "sed -i s/a/b/ d*/x", "touch g*/hooks", "cp x g*/hooks/pre-commit"],
    { mode: "acceptEdits" },
  );
  await all("ask", ["rm -rf d*/*"], { mode: "bypassPermissions", links: linked({ "/home/dev/proj/doc": "/" }) });
  await all("ask!", ["touch g*/hooks"], { rules: { allow: ["Bash"] } });
});

it("denies a wildcard what a rule denies to the link's end", async () => {
  const rules = { allow: ["Bash"], deny: ["Read(//out/**)"] };
  await all("deny", ["cat n*", "cp n* x", "base64 < n*", "cat d?c/s", "tar chf a.tar n*", "cat */secret.txt"], { rules });
  await all("deny", ["cp x n*", "tee n*", "echo x > n*", "mv x d*/", "cp x {notes.txt,}"], {
    rules: { allow: ["Bash"], deny: ["Edit(//out/**)"] },
  });
  await all("deny", ["rm -rf d*/*"], { rules: { allow: ["Bash"], deny: ["Delete(!./**)"] } });
});

it("asks nothing new where all that a wildcard stands for lies inside", async () => {
  const inside = linked({ "/home/dev/proj/a.ts": "src/a.ts", "/home/dev/proj/packages/a/b": "../b" });
  await all("allow", ["cat *.ts", "wc -l *", "ls packages/*/b", "head -1 ./*", "grep -n x */*/*.ts"], { links: inside });
  await all("allow", ["rm ./*.ts", "cp ./*.ts old/"], { links: inside, mode: "acceptEdits" });
  await all("allow", ["rm ./*.js"], { links: inside, rules: { allow: ["Bash"], deny: ["Delete(!./**)"] } });
});

it("asks where a folder can't be listed, or holds more than is looked at", async () => {
  const many = Array.from({ length: 2_001 }, (_, at) => ({ name: `${at}`, link: false }));
  for (const list of [undefined, async () => many, async () => Promise.reject(new Error("EACCES"))]) {
    const { readlink } = links;
    const world: World = { links: { readlink, ...(list && { list }) } };
    await all("ask", ["cat *.md"], world);
    await all("ask!", ["cat *.md"], { ...world, rules: { allow: ["Bash"], deny: ["Read(//out/**)"] } });
    await all("allow", ["cat a.md"], world);
  }
});

it("takes a wildcard behind a dot for the parent folder, as older shells do", async () => {
  await all("ask", ["cat .?/.ssh/id_rsa", "cat .[.]/x", "grep -r foo .*", "cat .*/x"], { links: linked() });
  await all("deny", ["cat .?/.ssh/id_rsa", "cat .?/.s?h/id_rsa"], {
    links: linked({ "/home/dev/.ssh": "/home/dev/keys" }),
    rules: { allow: ["Bash"], deny: ["Read(~/.ssh/**)"] },
  });
  await all("allow", ["cat .env.*", "ls .g*", "cat src/.e*"], { links: linked() });
});

it("looks at the real disk", async () => {
  await using home = await temporaryHome();
  const cwd = join(home.path, "proj");
  await mkdir(join(cwd, "src"), { recursive: true });
  await writeFile(join(cwd, "src", "a.ts"), "");
  await symlink(home.path, join(cwd, "out"));
  const ground = groundOf({ cwd, directories: [], home: home.path }, nodeLinks);
  const wild = MARK.glob;
  const places = [`${cwd}/s${wild}/${wild}.ts`, `${cwd}/${wild}/a.ts`, `${cwd}/none/${wild}`, `${cwd}/o${wild}`];
  expect(await Promise.all(places.map((path) => ground.inScope(path)))).toEqual([true, false, true, false]);
});

it("lists a folder once for all wildcards of a command, and asks where they are too many", async () => {
  const entries = Array.from({ length: 1_900 }, (_, at) => ({ name: `${at}.ts`, link: false }));
  const listed: string[] = [];
  const full = { readlink: async () => undefined, list: async (folder: string) => (listed.push(folder), entries) };
  const some = (count: number) => `cat ${Array.from({ length: count }, (_, at) => `x${at}*`).join(" ")}`;
  await all("allow", [some(20)], { links: full });
  expect(listed).toEqual(["/home/dev/proj"]);
  await all("ask", [some(30), `cat ${"*/x* ".repeat(3)}`, "cat *.ts; cat *s; cat *t*; cat *.t*"], { links: full });
  const rules = { allow: ["Bash"], deny: ["Read(./key)"] };
  await all("ask!", [some(30)], { links: full, rules });
  await all("deny", [`${some(30)} key`, "cat *.ts; cat *s; cat *t*; cat *.t*; cat key"], { links: full, rules });
});
