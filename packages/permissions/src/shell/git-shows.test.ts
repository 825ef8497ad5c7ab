import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, it } from "vitest";
import { asked, bound, judge, linked, verdict } from "../../test/engine.ts";
import { nodeLinks } from "../path/links.ts";
import { readRules } from "../rule/read-rules.ts";

const OPEN = { mode: "bypassPermissions" } as const;
const DENY = { rules: { deny: ["Read(./.env)"] } };

it.each([
  "git diff",
  "git diff --cached",
  "git diff --stat -p",
  "git diff --no-index a b",
  "git show",
  "git show --stat HEAD",
  "git log -p",
  "git log -2 -u",
  "git log --patch",
  "git log --pat",
  "git log -L1,2:a",
  "git log -G x",
  "git log -Sx",
  "git log --cc",
  "git log --unified=3",
  "git log --oneline -p",
  "git reflog -p",
  "git blame a",
  "git annotate a",
  "git cat-file -p abc",
  "git grep x",
  "git archive HEAD",
  "git format-patch -1",
  "git stash show -p",
  "git stash list -p",
  "git difftool",
  "git whatchanged",
  "git range-diff a b",
  "git worktree add x",
  "git --work-tree=x checkout .",
  "git --work-tree x checkout .",
  "git --git-dir x restore .",
  "git checkout-index -a --prefix=x",
  "git bundle create x HEAD",
  "git fast-export HEAD",
  "git clone . x",
  "git status -v",
  "git commit -v --dry-run",
  "git add -p",
  "git checkout -p",
  "git stash -p",
  "git rebase --show-current-patch",
  "git for-each-ref --format='%(raw)'",
  "git config alias.x diff",
  "git config core.worktree x",
  "git -c alias.x=diff x",
  "git -c stash.showPatch=true stash show",
  "git an-alias",
  "git hasOwnProperty",
  "git -C src diff",
  "git --no-pager diff",
  "/usr/bin/git diff",
  "/usr/lib/git-core/git-diff",
  "GIT diff",
  "sudo git diff",
  "env GIT_WORK_TREE=x git checkout .",
  "timeout 5 git show",
])("asks before `%s`, which can show or copy what a rule keeps from being read", async (text) => {
  const decision = await judge(asked("Bash", bound([{ do: "shell", text, cwd: "/home/dev/proj" }]), { ...OPEN, ...DENY }));
  expect(decision).toMatchObject({ behavior: "ask", explicit: true, rule: { text: "Read(./.env)" } });
  expect(await verdict("Bash", text, { ...OPEN, rules: { ask: ["Read(./.env)"] } })).toBe("ask!");
});

it.each([
  "git",
  "git --version",
  "git status",
  "git status -sb",
  "git branch -a",
  "git log",
  "git log --oneline -10",
  "git log -n 3 --stat --format=%h",
  "git log --graph --all --since=yesterday -- src",
  "git diff --stat",
  "git diff --name-only main",
  "git rev-parse HEAD",
  "git remote -v",
  "git add -A",
  'git commit -m "a -p b"',
  "git commit -am x",
  "git push -u origin main",
  "git fetch -p",
  "git pull --rebase",
  "git ls-files",
  "git checkout -b x",
  "git switch main",
  "git restore src",
  "git stash",
  "git stash pop",
  "git stash list",
  "git tag v1",
  "git merge main",
  "git rebase main",
  "git worktree list",
  "git clone https://x.test/a.git",
  "git clone git@x.test:a.git",
  "git config user.name x",
  "git config --get remote.origin.url",
  "git -c user.name=x commit",
  "git -C src status",
  "echo git diff",
])("leaves `%s` alone", async (text) => {
  expect(await verdict("Bash", text, { ...OPEN, ...DENY })).toBe("allow");
});

it("asks for nothing where no rule keeps a file from being read", async () => {
  for (const rules of [{}, { deny: ["Edit(./.env)", "Bash(rm *)"] }])
    expect(await verdict("Bash", "git diff", { ...OPEN, rules })).toBe("allow");
});

it("asks only by rules on files in the work tree, where that is known", async () => {
  await using home = await temporaryHome();
  const cwd = join(home.path, "proj/src");
  await mkdir(cwd, { recursive: true });
  await mkdir(join(home.path, ".ssh"));
  const { rules } = readRules({ deny: ["Read(~/.ssh/**)"] }, { source: "user", base: home.path });
  const judged = async (text: string, links = nodeLinks) => {
    const call = bound([{ do: "shell", text, cwd }]);
    return (await judge({ ...asked("Bash", call, OPEN), rules, cwd, home: home.path }, { links })).behavior;
  };
  expect(await judged("git diff")).toBe("ask"); // not in a work tree: git would say so, or stand in a bare repository
  await writeFile(join(home.path, "proj/.git"), "");
  expect(await judged("git diff")).toBe("allow");
  expect(await judged("git diff", linked())).toBe("ask");
  expect(await judged("git -C ../.. diff")).toBe("ask");
  expect(await judged("git --git-dir=x diff")).toBe("ask");
  await mkdir(join(home.path, ".git"));
  expect(await judged("git -C ../.. diff")).toBe("ask");
});
