import type { Session } from "@keelson/harness";
import type { JsonObject } from "@keelson/protocol";

/** What a program may offer its user, in the shapes that public SDKs read. Rule: the names are those that are typed behind a slash. */
export const commandsOf = (skills: Session["skills"]): readonly JsonObject[] =>
  skills.map(({ name, description, takes = "" }) => ({ name, description, argumentHint: takes }));

export const agentsOf = (agents: Session["agents"]): readonly JsonObject[] =>
  agents.map(({ name, description }) => ({ name, description }));

export const pluginsOf = (plugins: Session["plugins"]): readonly JsonObject[] => plugins.map(({ name, root }) => ({ name, path: root }));
