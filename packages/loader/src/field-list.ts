/** What the fields of each format's manifest must be, and what a wrong one costs. Rule: data alone; format.ts says where a manifest is. */
import type { Json } from "@keelson/protocol";
import { isObject } from "./json.ts";

/** `must` completes "it must be …". */
export type Shape = { readonly must: string; readonly holds: (value: Json) => boolean };
/** `wrong`: "refused" costs the plugin, "left" only the field. `missing`: the field is required, at that price. */
export type Field = { readonly shape: Shape; readonly wrong: "refused" | "left"; readonly missing?: "refused" | "left" };
export type Fields = Readonly<Record<string, Field>>;

const isText = (value: Json): value is string => typeof value === "string";
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const NAME: Shape = {
  must: "a name of 1 to 64 letters, digits, dots, dashes, underscores or spaces that begins with a letter or digit",
  holds: (value) => isText(value) && /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,63}$/u.test(value),
};
const TEXT: Shape = { must: "a string", holds: isText };
const TEXTS: Shape = { must: "a list of strings", holds: (value) => isList(value) && value.every(isText) };
const OBJECT: Shape = { must: "an object", holds: isObject };
const TRUTH: Shape = { must: "true or false", holds: (value) => typeof value === "boolean" };
const LIST: Shape = { must: "a list", holds: isList };
const PATHS: Shape = { must: "a path or a list of paths", holds: (value) => isText(value) || isList(value) };
/** Seen in the wild beside the documented shape, and harmless: a person as a string, a repository as an object. */
const TEXT_OR_OBJECT: Shape = { must: "a string or an object", holds: (value) => isText(value) || isObject(value) };
const PARTS: Shape = { must: "a path, an object or a list of them", holds: (value) => PATHS.holds(value) || isObject(value) };

const needed = (shape: Shape): Field => ({ shape, wrong: "refused" });
const advised = (shape: Shape): Field => ({ shape, wrong: "left" });

/** Items inside a list are judged by the reader of that component: one bad item costs that item alone. */
export const CLAUDE_FIELDS: Fields = {
  $schema: advised(TEXT),
  name: { ...needed(NAME), missing: "left" },
  displayName: needed(TEXT),
  version: needed(TEXT),
  description: needed(TEXT),
  homepage: needed(TEXT),
  repository: needed(TEXT_OR_OBJECT),
  license: needed(TEXT),
  author: needed(TEXT_OR_OBJECT),
  keywords: needed(TEXTS),
  metadata: advised(OBJECT),
  experimental: advised(OBJECT),
  extensions: advised(OBJECT),
  defaultEnabled: needed(TRUTH),
  commands: needed(PARTS),
  agents: needed(PATHS),
  workflows: needed(PATHS),
  outputStyles: needed(PATHS),
  themes: needed(PATHS),
  monitors: needed(PATHS),
  skills: needed(PATHS),
  hooks: needed(PARTS),
  mcpServers: needed(PARTS),
  lspServers: needed(PARTS),
  userConfig: needed(OBJECT),
  channels: needed(LIST),
  dependencies: advised(LIST),
  settings: needed(OBJECT),
};

/** Hosts whose readers pass over what they can't use: the name alone must be right. */
export const LOOSE_FIELDS: Fields = {
  ...Object.fromEntries(Object.entries(CLAUDE_FIELDS).map(([key, { shape }]): [string, Field] => [key, advised(shape)])),
  name: { ...needed(NAME), missing: "left" },
  rules: advised(PATHS),
  contextFileName: advised(PATHS),
};

/** Only this version; the schema is an identifier and never fetched. https://agent-plugins.org, specification 1.0.0 */
const AGENT_PLUGINS_SCHEMA = "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json";
const PERSON = ["name", "email", "url"];

export const AGENT_PLUGINS_FIELDS: Fields = {
  $schema: { ...needed({ must: `"${AGENT_PLUGINS_SCHEMA}"`, holds: (value) => value === AGENT_PLUGINS_SCHEMA }), missing: "left" },
  name: {
    ...needed({
      must: "a name of 1 to 64 small letters, digits, dots and single dashes, with a letter or digit at both ends",
      holds: (value) => isText(value) && /^(?!.*(?:--|\.\.))[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/.test(value),
    }),
    missing: "refused",
  },
  version: needed(TEXT),
  description: needed(TEXT),
  homepage: needed(TEXT),
  repository: needed(TEXT),
  license: needed(TEXT),
  author: needed({
    must: `an object with strings for ${PERSON.join(", ")} and nothing else`,
    holds: (value) => isObject(value) && Object.entries(value).every(([key, said]) => PERSON.includes(key) && isText(said)),
  }),
  keywords: needed(TEXTS),
  extensions: needed(OBJECT),
};
