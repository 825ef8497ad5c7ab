import { expect, it } from "vitest";
import { linked, verdict, type World } from "../../test/engine.ts";

const INSIDE: World = { rules: { allow: ["Bash"], deny: ["Delete(!./**)"] } };
const OPEN: World = { mode: "bypassPermissions" };

it.each([
  "ln -s .. s; rm -rf s/x",
  "ln -s / r && rm -rf r/data/x",
  "ln -sfn .. s && find s/ -delete",
  "ln -s .. s; cd s && rm x",
  "ln -s .. s; ln -s s t; rm -rf t/x",
  "ln -s /data/x sub; rm -rf sub/x/y",
  "ln -s /data; rm -rf data/x",
  "ln -st . /data; rm -rf data/x",
  "ln -s ../.. a/b; rm a/b/x",
  "ln -s .. s; rm -rf ./a/../s/x",
  "ln -s .. s; rm -rf S/x",
  "sudo ln -s .. s; rm -rf s/x",
  "cp -s /data/x d; mv d/a b",
  "cp -rs /data/x d; rm d/y/z",
  "bash -c 'ln -s .. s'; rm -rf s/x",
])("judges the removals of `%s` by where the link that it makes will lead", async (text) => {
  expect(await verdict("Bash", text, INSIDE)).toBe("deny");
});

it.each([
  "ln -s .. s; rm -rf */x",
  "x=s; ln -s / $x; rm -rf s/x",
  'ln -s "$x" s; rm -rf s/x',
  "find . -exec ln -s / {} \\;; rm -rf s/x",
  "echo / | xargs -I{} ln -s {} r; rm -rf r/x",
])("asks about `%s`, whose link can't be told", async (text) => {
  expect(await verdict("Bash", text, INSIDE)).toBe("ask!");
});

it.each(["ln -s / r && rm -rf r/etc", "ln -s ~ g; rm -rf g/", "ln -s / r; cd r && rm -rf etc", "ln -s ../.. s; find -H s -delete"])(
  "asks before `%s` removes what must not be lost, in every mode",
  async (text) => {
    expect(await verdict("Bash", text, OPEN)).toBe("ask!");
  },
);

it.each([
  "ln -s .git g; echo x > g/config",
  "ln .git/config g; echo x > g",
  "ln -s . s; touch s/.keel/x",
  "ln -s .git/hooks; cp x hooks/a",
])("asks before `%s` changes what is protected", async (text) => {
  expect(await verdict("Bash", text, { rules: { allow: ["Bash"] } })).toBe("ask!");
  const rules = { allow: ["Bash(ln *)"] };
  expect(await verdict("Bash", text, { mode: "acceptEdits", rules })).toBe("ask!");
});

it("holds rules on reading and changing, and what a rule's wildcard may name, against such links", async () => {
  const rules = { allow: ["Bash(ln *)", "Bash(rm *)", "Bash(cat *)"] };
  for (const text of ["ln -s .. s; rm -rf s/x", "ln -s .. s; cat s/x", "ln -s .. s; ls s"])
    expect([text, await verdict("Bash", text, { rules })]).toEqual([text, "ask"]);
  const denied = { allow: ["Bash"], deny: ["Edit(//data/**)"] };
  for (const text of ["ln -s /data e; echo x > e/y", "ln -s /data e; cp a e/", "ln -s /data e; sed -i s/a/b/ e/y"])
    expect([text, await verdict("Bash", text, { rules: denied })]).toEqual([text, "deny"]);
});

it.each([
  "ln -s a b; rm -rf build",
  "ln -s ../lib lib; rm -f lib",
  "rm -rf out; ln -s ../x out",
  "ln -sf a b && rm -rf a/x",
  "ln -s a b; rm -f *.log",
  'ln -s "$PWD/a" b; rm -rf build/x',
])("lets `%s` be: nothing is removed through the link", async (text) => {
  expect(await verdict("Bash", text, { ...INSIDE, links: linked() })).toBe("allow");
});
