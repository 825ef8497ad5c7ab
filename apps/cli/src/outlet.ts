import type { Writable } from "node:stream";

/** Where text goes. A write is over when it left the process: a slow reader holds the run back instead of filling memory. */
export type Outlet = { readonly write: (text: string) => Promise<void> };
export type WriteError = Error & { readonly code?: string };

/** `broken` is told once why nothing can be written any more; what is written after that is dropped. `clean`: what becomes of each text first. */
export function outlet(stream: Writable, broken: (error: WriteError) => void, clean = (text: string): string => text): Outlet {
  let open = true;
  const close = (error: WriteError): void => {
    if (open) broken(error);
    open = false;
  };
  stream.on("error", close); // without a listener it would be thrown
  return {
    write: async (text) => {
      if (!open || text === "") return;
      const error = await new Promise<WriteError | null | undefined>((resolve) => void stream.write(clean(text), resolve));
      if (error) close(error);
    },
  };
}
