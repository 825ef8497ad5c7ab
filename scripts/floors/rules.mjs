// What the house keeps, one rule a function, in the order in which it is reported.
// A rule gets the whole house and returns `{ file, line?, what }`; it changes nothing.
import { nameOf } from "./house.mjs";

const LONGEST = 350;
const VAGUE = ["utils", "util", "helper", "helpers", "common", "misc", "manager", "service", "services", "handler", "types"];

export const RULES = [
  { rule: "parse", todo: "Fix the syntax: nothing else was looked at in this file.", find: broken },
  { rule: "floors", todo: "Hand the function in from above, or move the noun down to protocol.", find: wrongImports },
  { rule: "dependencies", todo: "Take it out of package.json: floor n depends on floors below n.", find: wrongDependencies },
  { rule: "zod", todo: "Schemas stand at @keelson/protocol/schemas, which the root entry doesn't import.", find: zodInTheRoot },
  { rule: "processes", todo: "Use the RunProcess that is handed in.", find: processes },
  { rule: "surroundings", todo: "Hand in `env` or `cwd` from the app.", find: surroundings },
  { rule: "clock", todo: "Hand in the clock (`now`, `sleep`, `random`).", find: clocks },
  { rule: "exports", todo: "Name each export by hand.", find: exportsInBulk },
  { rule: "state", todo: "Keep it in what the caller holds: modules have no memory.", find: moduleState },
  { rule: "tests", todo: "A test runs or doesn't exist: mend it, or delete it.", find: idleTests },
  { rule: "length", todo: "Split it by idea.", find: longFiles },
  { rule: "names", todo: "Name it for its act or its noun, in small-case-with-dashes.", find: vagueNames },
];

function broken({ files }) {
  return files.filter((file) => file.broken).map((file) => ({ file: file.path, what: `can't be read (${file.broken})` }));
}

function wrongImports({ rooms, files }) {
  return files
    .filter(({ room }) => room)
    .flatMap((file) =>
      file.imports.flatMap(({ name, line, target, package: wanted }) => {
        const leaves = target !== undefined && !target.startsWith(`${file.room.dir}/`) && !isConfig(file);
        const other = rooms.find((room) => room.name === wanted);
        const why = leaves ? "which is outside its room" : other && refusal(file.room, other, file.isTest);
        return why ? [{ file: file.path, line, what: `imports ${name}, ${why}` }] : [];
      }),
    );
}

function wrongDependencies({ rooms }) {
  return rooms.flatMap((room) => {
    const { dependencies, peerDependencies, optionalDependencies, devDependencies } = room.manifest;
    const runtime = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
    const file = `${room.dir}/package.json`;
    const homeless = room.floor === undefined && !room.isPlugin ? [{ file, what: "stands on no floor of FLOORS" }] : [];
    const foreign =
      room.floor === 0
        ? runtime.filter((name) => name !== "zod").map((name) => ({ file, what: `depends on ${name}: floor 0 has zod only` }))
        : [];
    const beside = [...runtime.map((name) => [name, false]), ...Object.keys(devDependencies ?? {}).map((name) => [name, true])].flatMap(
      ([name, forTests]) => {
        const other = rooms.find((one) => one.name === name);
        const why = other && refusal(room, other, forTests);
        return why ? [{ file, what: `depends on ${name}, ${why}` }] : [];
      },
    );
    return [...homeless, ...foreign, ...beside];
  });
}

/** Why this room can't use that one; undefined when it can. */
function refusal(room, other, forTests) {
  if (room === other) return forTests ? undefined : "which is itself"; // a test may stand outside, as its users do
  if (room.isPlugin) return "and a plugin imports nothing of ours";
  if (room.floor === undefined) return undefined; // reported once, as homeless
  if (other.isPlugin) return room.floor === 3 ? undefined : "a plugin, which only apps name";
  if (forTests && other.isGuest && room.floor > 0) return undefined;
  if (other.floor === room.floor) return "which stands beside it";
  return other.floor > room.floor ? "which stands above it" : undefined;
}

function zodInTheRoot({ files }) {
  const seen = new Set();
  const waiting = ["packages/protocol/src/index.ts"];
  for (const path of waiting) {
    const file = files.find((one) => one.path === path);
    if (!file || seen.has(file)) continue;
    seen.add(file);
    waiting.push(...file.imports.flatMap(({ target }) => target ?? []));
  }
  return [...seen].flatMap((file) =>
    file.imports
      .filter((one) => one.package === "zod")
      .map(({ line }) => ({ file: file.path, line, what: "brings zod into protocol's root entry" })),
  );
}

function processes({ files }) {
  return files
    .filter(({ room, isTest }) => room && room.dir !== "packages/tools" && !isTest)
    .flatMap((file) =>
      file.imports
        .filter(({ name }) => /^(node:)?child_process$/.test(name))
        .map(({ line }) => ({ file: file.path, line, what: "starts processes by itself" })),
    );
}

function surroundings({ files }) {
  const words = ["env", "cwd"];
  return lookBelowApps(files, (node) => {
    const fromModule = /^(node:)?process$/.test(node.source?.value ?? "") && (node.specifiers ?? []).map(({ imported }) => imported?.name);
    const name = memberOf(node, "process", words) ?? (fromModule || []).find((one) => words.includes(one));
    return name && `reads process.${name}`;
  });
}

function clocks({ files }) {
  return lookBelowApps(files, (node) => {
    if (memberOf(node, "Date", ["now"])) return "reads Date.now()";
    if (memberOf(node, "Math", ["random"])) return "calls Math.random()";
    if (node.type === "NewExpression" && node.callee.name === "Date" && node.arguments.length === 0) return "reads the time by new Date()";
    return undefined;
  });
}

function exportsInBulk({ files }) {
  return look(
    files.filter((file) => !isConfig(file)),
    (node) => {
      if (node.type === "ExportAllDeclaration") return "exports *";
      const isDefault = node.type === "ExportDefaultDeclaration" || (node.type === "ExportSpecifier" && node.exported.name === "default");
      return isDefault ? "has a default export" : undefined;
    },
  );
}

/** `let` and `var` at the top, and collections that can only be there to be filled. */
function moduleState({ files }) {
  return look(
    files.filter(({ room, isTest }) => room && !isTest),
    (node) => {
      if (node.type !== "VariableDeclaration" || !node.top) return undefined;
      if (node.kind === "let" || node.kind === "var") return `has a module-level ${node.kind}`;
      const fills = ({ init }) =>
        init?.type === "NewExpression" && /^(Weak)?(Map|Set)$/.test(init.callee.name) && init.arguments.length === 0;
      return node.declarations.some(fills) ? "has an empty collection that a module fills" : undefined;
    },
  );
}

function idleTests({ files }) {
  return look(
    files.filter(({ isTest }) => isTest),
    (node) => {
      const name = ["it", "test", "describe", "suite"].flatMap((word) => memberOf(node, word, ["skip", "only", "todo"]) ?? [])[0];
      return name && `has a .${name}`;
    },
  );
}

function longFiles({ files }) {
  return files
    .filter(({ lines }) => lines > LONGEST)
    .map(({ path, lines }) => ({ file: path, line: LONGEST, what: `has ${lines} lines, over ${LONGEST}` }));
}

function vagueNames({ files }) {
  return files
    .map(({ path }) => ({ path, name: nameOf(path) }))
    .filter(({ name }) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.split("-").some((word) => VAGUE.includes(word)))
    .map(({ path, name }) => ({ file: path, what: `is called "${name}"` }));
}

function look(files, see) {
  return files.flatMap((file) =>
    file.nodes.flatMap((node) => {
      const what = see(node);
      return what ? [{ file: file.path, line: node.line, what }] : [];
    }),
  );
}

function lookBelowApps(files, see) {
  return look(
    files.filter(({ room, isTest }) => room && room.floor !== 3 && !isTest),
    see,
  );
}

/** The member's name, when the node is `object.member` or takes it by destructuring. */
function memberOf(node, object, members) {
  if (node.type === "MemberExpression" && (node.object.name === object || node.object.property?.name === object))
    return members.find((name) => node.property.name === name || node.property.value === name);
  if (node.type === "VariableDeclarator" && node.init?.name === object && node.id.type === "ObjectPattern")
    return members.find((name) => node.id.properties.some((one) => one.key?.name === name));
  return undefined;
}

const isConfig = ({ path }) => path.endsWith("vitest.config.ts");
