// Put before a program (--require): at its exit it tells the most memory it held. The system's count of a child would carry its parent's.
const { readFileSync, writeSync } = require("node:fs");
process.on("exit", () => writeSync(2, `peak ${/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]} kB\n`));
