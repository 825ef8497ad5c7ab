// The way into the published command: the version is a constant, everything else is compiled once and kept (V8's cache).
// The text of the file is made here because the version and the oldest Node are put in; it must parse on an old Node.
export const binOf = (version, oldestNode) => `#!/usr/bin/env node
const [first, ...others] = process.argv.slice(2);
if (Number(process.versions.node.split(".")[0]) < ${oldestNode}) {
  console.error("keel needs Node ${oldestNode} or newer and found " + process.versions.node + ". Get it from https://nodejs.org.");
  process.exitCode = 1;
} else if (others.length === 0 && (first === "-v" || first === "--version")) {
  tell(${JSON.stringify(version)} + "\\n");
} else {
  cacheCompiledCode();
  import("../dist/main.js").then(({ main }) => main()).then((code) => process.exit(code), broken);
}

// Without the stream, which would load the network's code for a pipe.
function tell(line) {
  try {
    process.getBuiltinModule("node:fs").writeSync(1, line);
  } catch {
    process.stdout.write(line); // a pipe that is full, or gone: the stream knows what to do
  }
}

// In the user's own folder, closed to others: what is in there is run.
function cacheCompiledCode() {
  try {
    const { mkdirSync } = process.getBuiltinModule("node:fs");
    const home = process.env.KEEL_HOME || process.getBuiltinModule("node:os").homedir() + "/.keel";
    const directory = home + "/var/cache/compiled";
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    process.getBuiltinModule("node:module").enableCompileCache(directory);
  } catch {
    // without it a start takes a little longer
  }
}

function broken(error) {
  console.error("keel stopped because of a mistake of its own, please report it: " + ((error && error.stack) || error));
  process.exit(1);
}
`;
