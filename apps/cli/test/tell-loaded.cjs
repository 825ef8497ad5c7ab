// Put before a program (--require): at its exit it writes down which of Node's own modules were loaded.
const { writeFileSync } = require("node:fs");
process.on("exit", () => {
  const names = process.moduleLoadList.flatMap((each) => each.match(/^NativeModule (.*)/)?.[1] ?? []);
  writeFileSync(process.env.TELL_LOADED, JSON.stringify(names));
});
