import { CommanderError, type Command } from "commander";

/** A command line that asks for nothing that can be done. `refuse`: one line that says what is wrong with it. */
export type Unread = { readonly do: "show"; readonly text: string } | { readonly do: "refuse"; readonly text: string };

/** Commander prints and leaves; here it tells. */
export function parsed<Asked>(read: (capture: (program: Command) => Command) => Asked): Asked | Unread {
  let shown = "";
  const capture = (program: Command): Command =>
    program.exitOverride().configureOutput({ writeOut: (text) => void (shown += text), writeErr: () => {} });
  try {
    return read(capture);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { do: "show", text: shown } : { do: "refuse", text: oneLine(error.message) };
  }
}

/** Commander's words begin with `error: ` and put its suggestion on a line of its own. */
function oneLine(message: string): string {
  const words = message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
  return /^unknown option '-[^']*\s/.test(words)
    ? `${words} (A prompt that begins with a dash goes behind --: keel -p -- "- this")`
    : words;
}
