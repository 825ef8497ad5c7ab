import { Command } from "commander";
import type { Machine } from "../machine.ts";
import { parsed, type Unread } from "../parsed.ts";
import type { Verb } from "../verbs.ts";
import { readDemo } from "./lines/demo.ts";
import { readDoctor } from "./lines/doctor.ts";
import type { Line } from "./lines/line.ts";
import { readPermissions } from "./lines/permissions.ts";
import { readPlugin } from "./lines/plugin.ts";
import { readSession } from "./lines/session.ts";
import { readSettings } from "./lines/settings.ts";
import { readSimulate } from "./lines/simulate.ts";
import { readTools } from "./lines/tools.ts";
import { readTrust } from "./lines/trust.ts";

/** How the command line of each verb is read, and what is done then. The readers are small; what a verb does is loaded when it is done. */
const ROWS: Readonly<Record<Verb, Row>> = {
  demo: row(readDemo, async (_, machine) => await (await import("../demo.ts")).demo(machine)),
  doctor: row(readDoctor, async (asked, machine) => await (await import("./doctor.ts")).doctor(asked, machine)),
  permissions: row(readPermissions, async (asked, machine) => await (await import("./permissions.ts")).permissions(asked, machine)),
  plugin: row(readPlugin, async (asked, machine) => await (await import("./plugin.ts")).plugin(asked, machine)),
  session: row(readSession, async (asked, machine) => await (await import("./session/session.ts")).session(asked, machine)),
  settings: row(readSettings, async (asked, machine) => await (await import("./settings.ts")).settings(asked, machine)),
  simulate: row(readSimulate, async (asked, machine) => await (await import("./simulate.ts")).simulated(asked, machine)),
  tools: row(readTools, async (asked, machine) => await (await import("./tools.ts")).tools(asked, machine)),
  trust: row(readTrust, async (asked, machine) => await (await import("./trust.ts")).trust(asked, machine)),
};

type Row = (line: Line) => Ready;
/** A command line that was understood. `act` gives what the shell is told. */
export type Ready = { readonly do: "act"; readonly asked: unknown; readonly act: (machine: Machine) => Promise<number> };

function row<Asked>(read: (line: Line) => Asked, act: (asked: Asked, machine: Machine) => Promise<number>): Row {
  return (line) => {
    const asked = read(line);
    return { do: "act", asked, act: (machine) => act(asked, machine) };
  };
}

export function readVerb(verb: Verb, argv: readonly string[]): Ready | Unread {
  return parsed((capture) => {
    const program = (about: string): Command =>
      capture(new Command(`keel ${verb}`).description(about).helpOption("-h, --help", "print this"));
    return ROWS[verb]({ argv, program });
  });
}
