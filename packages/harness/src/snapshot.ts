import { isStoreError, type Claim, type JsonObject, type Ref, type SessionStore, type View } from "@keelson/protocol";
import type { Printed } from "./recollection.ts";
import type { Input } from "./inputs.ts";

/** What a log came to, kept so that it needn't be read again. A cache: the log is the truth, and whatever changes what is folded changes KIND. */
const KIND = "past/5";

export type Kept = { readonly view: View; readonly undelivered: readonly Input[]; readonly recollection: Printed };

/** `seq`: up to which event it holds; the log is read from there. */
export async function snapshotOf(
  store: Pick<SessionStore, "snapshot">,
  ref: Ref,
): Promise<{ readonly seq: number; readonly kept: Kept | undefined }> {
  const found = await store.snapshot(ref, KIND);
  return found ? { seq: found.seq, kept: found.state as unknown as Kept } : { seq: 0, kept: undefined }; // ours: it is found by its kind and its hash
}

export async function keepSnapshot(
  { store, claim }: { readonly store: Pick<SessionStore, "putSnapshot">; readonly claim: Claim },
  seq: number,
  kept: Omit<Kept, "recollection"> & { readonly recollection: JsonObject },
): Promise<void> {
  try {
    await store.putSnapshot(claim.ref, claim.fence, { seq, kind: KIND, state: JSON.parse(JSON.stringify(kept)) });
  } catch (error) {
    if (!isStoreError(error)) throw error; // without it the log is read
  }
}
