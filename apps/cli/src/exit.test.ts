import { END_REASONS } from "@keelson/protocol";
import { expect, test } from "vitest";
import { EXIT } from "./exit.ts";

test("only a completed run is told as success", () => {
  expect(END_REASONS.filter((reason) => EXIT[reason] === 0)).toEqual(["completed"]);
});
