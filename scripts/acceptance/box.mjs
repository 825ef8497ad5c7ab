// Other people's hooks run here: never outside of bubblewrap. The machine is read only in it, its network is itself alone, and what is written is gone with it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const HOUSE = dirname(dirname(import.meta.dirname));
const MARK = "KEEL_ACCEPTANCE_BOX";

export const inBox = () => process.env[MARK] === "1";

/** The same script once more, inside. Its exit code. */
export function confined(dir, rest) {
  const box = [
    ...[
      "--unshare-all",
      "--die-with-parent",
      "--new-session",
      "--ro-bind",
      "/",
      "/",
      "--dev",
      "/dev",
      "--proc",
      "/proc",
      "--tmpfs",
      "/tmp",
    ],
    ...["--ro-bind", HOUSE, HOUSE, "--ro-bind", dir, dir, "--dir", "/tmp/home", "--chdir", "/tmp/home", "--clearenv"],
    ...[
      "--setenv",
      "HOME",
      "/tmp/home",
      "--setenv",
      "PATH",
      process.env.PATH ?? "/usr/bin:/bin",
      "--setenv",
      "LANG",
      "C.UTF-8",
      "--setenv",
      MARK,
      "1",
    ],
  ];
  const { status, error, signal } = spawnSync("bwrap", [...box, ownNode(), process.argv[1], dir, ...rest], { stdio: "inherit" });
  if (error)
    console.error(`NOT MEASURED: bubblewrap can't be started (${error.message}). Install it: hooks of strangers don't run without it.`);
  if (signal) console.error(`The box was ended by ${signal}.`);
  return status ?? 1;
}

/** The house's own, where it is set up: the machine's may be older. */
function ownNode() {
  const own = join(HOUSE, "node_modules", ".bin", "node");
  return existsSync(own) ? own : process.execPath;
}
