import { expect, it } from "vitest";
import { randomUUID } from "./random.mjs";

it("gives ids that are random and no two alike, as node:crypto does", () => {
  const ids = Array.from({ length: 1000 }, () => randomUUID());
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(1000);
});
