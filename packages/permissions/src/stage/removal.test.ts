import { expect, it } from "vitest";
import { linked, verdict } from "../../test/engine.ts";

const OPEN = { mode: "bypassPermissions", directories: ["/data/lib"] } as const;

it.each([
  "rm -rf /",
  "rm -rf /usr",
  "rm -rf /home/dev",
  "rm -rf .",
  "rm -rf ./",
  "rm -rf ..",
  "rm -rf ../..",
  "rm -rf src/../..",
  "rm -rf /home/dev/proj/",
  "rm -rf /HOME/Dev",
  "rm -rf /data",
  "rm -rf /data/lib",
  "rm -r -f -- /",
  "/bin/rm -rf /",
  "rmdir /home",
  "mv /home/dev x",
  "mv -t /tmp .",
  "unlink /etc",
  "sudo rm -rf /",
  "env rm -rf /",
  "timeout 5 rm -rf /",
  'rm -rf "/"',
  "'rm' -rf /",
  'sh -c "rm -rf /"',
  "find / -delete",
  "find . -name x -exec rm x",
  "find -delete",
  "git clean -fdx",
])("asks before `%s`, in every mode and against every rule", async (text) => {
  expect(await verdict("Bash", text, OPEN)).toBe("ask!");
  expect(await verdict("Bash", text, { directories: ["/data/lib"], rules: { allow: ["Bash", `Bash(${text})`] } })).toBe("ask!");
});

it.each([
  "rm -rf ~",
  "rm -rf $X/",
  "rm -rf /*",
  "cd / && rm -rf x",
  "r''m -rf /",
  "r\\m -rf /",
  '"rm" -rf $HOME',
  "{ rm -rf /; }",
  "X=rm; $X -rf /",
  "a=r; b=m; $a$b -rf /",
  "/bin/r? -rf /",
  "r{m,} -rf /",
  'echo "$(rm -rf ~)"',
  "echo `x`",
  "eval x y; z",
  "echo cm0= | base64 -d | sh",
  "env $X -rf /; y",
  ". ./x; y",
  "cd build && rm -rf ..",
  "rm -rf *; ls",
  "ls | xargs rm -rf",
  "git status && git clean -fd",
  "ls && rm -rf /",
  "ls; rm -rf ..",
  "ls | rm -rf .",
  "(rm -rf /home)",
  "ls && find . -delete",
  "r\\\nm -rf /",
  `a && ${"b".repeat(10_001)}`,
])("asks before %j, which could hide such a removal", async (text) => {
  expect(await verdict("Bash", text, OPEN)).toBe("ask!");
});

it.each([
  "rm -rf node_modules",
  "rm a b",
  "mv a.txt ..",
  "mv a.txt /tmp",
  "find . -name x",
  "git status",
  'git commit -m "rm the old find"',
  "echo a && echo b",
  "rm -rf build && npm run build",
  "mkdir out; mv a.txt out",
  "find . -name x | y",
  "cp -r . /tmp/x; ls",
  "if [ -f x ]; then cat x; fi",
])("doesn't ask before `%s`", async (text) => {
  expect(await verdict("Bash", text, OPEN)).toBe("allow");
});

it("asks before a tool deletes such a folder, however it is reached", async () => {
  for (const path of ["/", "/etc", "/home/dev", ".", "..", "/data"]) expect(await verdict("Delete", path, OPEN)).toBe("ask!");
  const links = linked({ "/home/dev/proj/all": "/home/dev" });
  expect(await verdict("Delete", "all", { ...OPEN, links })).toBe("ask!");
  expect(await verdict("Bash", "rm -rf all", { ...OPEN, links })).toBe("ask!");
  expect(await verdict("Delete", "build", OPEN)).toBe("allow");
});
