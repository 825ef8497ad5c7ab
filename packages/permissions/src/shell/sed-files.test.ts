// The files that a script of sed names, with or without a blank before them.
import { expect, it } from "vitest";
import { verdict, type World } from "../../test/engine.ts";

const given = async (texts: readonly string[], world: World, wanted: readonly string[]) => {
  for (const text of texts) expect([text, wanted.includes(await verdict("Bash", text, world))]).toEqual([text, true]);
};

it("what a script reads is held against what must not be read", async () => {
  const world: World = { rules: { allow: ["Bash"], deny: ["Read(//tmp/secret/**)", "Read(../secret/**)"] } };
  const texts = [
    "sed '1r/tmp/secret/k' a",
    "sed '1r /tmp/secret/k' a",
    "sed 'R/tmp/secret/k' a",
    "sed -e 'r../secret/k' a",
    "sed -e p -e '$r../secret/k' a",
    "sed -n '/x/{r/tmp/secret/k\n}' a",
    "sed --expression='r../secret/k' a",
    "sed -i 'r/tmp/secret/k' a",
    "sed '1!r/tmp/secret/k' a",
    "env sed 'r/tmp/secret/k' a",
  ];
  await given(texts, world, ["deny"]);
});

it("what a script writes is held against what must not be written", async () => {
  const texts = [
    "sed 'w../evil' x",
    "sed -i 's/a/b/w.git/config' x",
    "sed -i 's|a|b|w.git/config' x",
    "sed -i 's/a/b/w .git/config' x",
    "sed -n 'w.git/config' x",
    "sed 'W../evil' x",
  ];
  await given(texts, { rules: { allow: ["Bash"], deny: ["Edit"] } }, ["deny"]);
  const paths: World = { rules: { allow: ["Bash"], deny: ["Edit(./.git/**)", "Edit(../evil)"] } };
  await given([...texts, "sed 's/a/b/gw.git/config' x", "sed 's/a/b/pw../evil' x"], paths, ["deny", "ask!"]);
  await given(texts, { mode: "acceptEdits" }, ["ask", "ask!"]);
});

it("letters of a pattern are no files", async () => {
  const world: World = { rules: { allow: ["Bash"], deny: ["Edit(./orld)", "Read(./ead)"] } };
  await given(["sed 's/hello world/w read/' a", "sed -n '/ read/p' a"], world, ["allow"]);
});
