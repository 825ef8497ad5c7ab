import { expect, it } from "vitest";
import { linked, verdict } from "../../test/engine.ts";

const LINKS = linked({ "/home/dev/proj/d/f": "/tmp/secret", "/home/dev/proj/e/k": "/tmp/secret/k" });
const DENIED = { rules: { allow: ["Bash"], deny: ["Read(//tmp/secret/**)"] }, links: LINKS };

const THROUGH_LINKS = [
  "grep -R key d",
  "grep -nRi key d",
  "grep --dereference-recursive key d",
  "grep --deref key d",
  "egrep -R key",
  "rg -L key",
  "rg --follow key d",
  "find -L d",
  "find -L d -name k",
  "find d -follow -name k",
  "ls -RL d",
  "ls -LlR d",
  "ls --recursive --dereference d",
  "tree -l d",
  "du -L d",
  "du -shL d",
  "diff -r d e",
  "diff -ru d e",
  "fd -L key",
];

it.each(THROUGH_LINKS)("asks before `%s`, which walks through links to where no path of it tells", async (text) => {
  expect(await verdict("Bash", text, { links: LINKS })).toBe("ask");
  expect(await verdict("Bash", text, DENIED)).toBe("ask!");
});

it.each([
  "cp -rL d x",
  "cp --archive --deref d x",
  "tar chf x d",
  "tar -chf x d",
  "tar -cf x --dereference d",
  "zip -r x d",
  "rsync -aL d x",
])("holds a rule on reading against `%s`, which copies what links lead to", async (text) => {
  expect(await verdict("Bash", text, DENIED)).toBe("ask!");
  expect(await verdict("Bash", text, { links: LINKS, mode: "acceptEdits" })).toBe("ask");
});

it.each(["grep -r key d", "rg key d", "find d", "ls -R d", "ls -L d", "tree d", "du -sh d", "diff -r --no-dereference d e", "diff d e"])(
  "lets `%s` read, which leaves links beneath alone",
  async (text) => {
    expect(await verdict("Bash", text, { links: LINKS })).toBe("allow");
    expect(await verdict("Bash", text, DENIED)).toBe("allow");
  },
);

it("asks where it starts at a link, named or found by a wildcard", async () => {
  for (const text of ["grep -r key d/f", "grep -r key d/*", "cat d/f/k", "cat d/*", "find d/f/", "tree d/f"])
    expect([text, await verdict("Bash", text, { links: LINKS })]).toEqual([text, "ask"]);
  for (const text of ["grep -r key d/f", "grep -r key d/*", "cat e/*", "du d/f"])
    expect([text, await verdict("Bash", text, DENIED)]).toEqual([text, "deny"]);
});

it("asks what is handed the names that were found, links among them", async () => {
  for (const text of ["find d -exec cat {} +", "find d -name f -exec cat {} \\;", "find d | xargs cat", "fd . d -x cat", "fd -X cat"])
    expect([text, await verdict("Bash", text, DENIED)]).toEqual([text, "ask!"]);
});

it("takes a removal behind links for one of anything", async () => {
  const rules = { allow: ["Bash"], deny: ["Delete(!./**)"] };
  for (const text of ["find -L d -delete", "find -L d -name k -delete", "find d -follow -exec rm {} +", "fd -L k -x rm"]) {
    expect([text, await verdict("Bash", text, { rules })]).toEqual([text, "ask!"]);
    expect([text, await verdict("Bash", text, { mode: "bypassPermissions" })]).toEqual([text, "ask!"]);
  }
  expect(await verdict("Bash", "chown -RL dev d", { rules: { allow: ["Bash"], deny: ["Edit(//etc/**)"] } })).toBe("ask!");
});
