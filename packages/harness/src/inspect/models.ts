import { lookUp, modelNames } from "@keelson/model";

/** What can be told of a model before it is asked: tokens it takes, tokens it may write. `known`: somebody read its figures. */
export type ModelFacts = { readonly id: string; readonly window: number; readonly outputLimit: number; readonly known: boolean };

/** Never fails: a model that isn't in the catalogue has figures that are safe to plan with. */
export function modelFacts(name: string): ModelFacts {
  const { id, window, outputLimit, known } = lookUp(name);
  return { id, window, outputLimit, known };
}

/** Every name that can be asked for: ids, then the names of lines (`opus`), which stand for their newest. */
export function listModels(): readonly ({ readonly name: string } & ModelFacts)[] {
  return modelNames().map((name) => ({ name, ...modelFacts(name) }));
}
