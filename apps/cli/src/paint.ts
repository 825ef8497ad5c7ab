import { styleText } from "node:util";
import type { Machine } from "./machine.ts";

/** How text is set off. Without colours each is the text itself. */
export type Paint = Readonly<Record<Style, (text: string) => string>>;
type Style = keyof typeof STYLES;
const STYLES = { dim: "dim", strong: "bold", added: "green", removed: "red", trouble: "red", warning: "yellow", mark: "cyan" } as const;

export function paint(colours: boolean): Paint {
  const with_ = (style: Style) => (text: string) =>
    colours && text !== "" ? styleText(STYLES[style], text, { validateStream: false }) : text;
  return {
    dim: with_("dim"),
    strong: with_("strong"),
    added: with_("added"),
    removed: with_("removed"),
    trouble: with_("trouble"),
    warning: with_("warning"),
    mark: with_("mark"),
  };
}

/** On terminals only; off where the person says so (no-color.org). */
export function wantsColours({ env, stdout }: Pick<Machine, "env" | "stdout">): boolean {
  return stdout.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}
