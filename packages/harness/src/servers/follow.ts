/** How one conversation is bound to the servers of its session. What judges for a hook hears nothing of them. */
import type { Lineage } from "../lineage.ts";
import type { Touched } from "../lore/around.ts";
import type { Lore } from "../lore/lore.ts";
import type { Toolbox } from "../toolbox.ts";
import type { Following } from "./ports.ts";

const SILENT: Following = { touched: async () => {}, news: async () => [] };

export const followIn = ({ servers, path, judges }: Lineage, toolbox: Toolbox): Following =>
  judges ? SILENT : servers.follow(path.length === 0 ? toolbox : undefined);

/** Whom a call's files are told to. */
export const touchedBy =
  (following: Following, lore: Pick<Lore, "touched"> | undefined): Touched =>
  async (files, written) => {
    await following.touched(files, written);
    await lore?.touched(files);
  };
