import { nearest } from "@keelson/protocol";
import { InvalidArgumentError } from "commander";
import { readMode, type AskedMode } from "./modes.ts";

/** Parsers of single option values. Each throws with what it wants instead; commander says of which option. */
export function oneOf<T extends string>(choices: readonly T[]): (value: string) => T {
  return (value) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const meant = nearest(value, choices);
    throw new InvalidArgumentError(`${meant === undefined ? "" : `Did you mean ${meant}? `}There are: ${choices.join(", ")}.`);
  };
}

export function filled(value: string): string {
  if (value.trim() === "") throw new InvalidArgumentError("It is empty.");
  return value;
}

export function address(value: string): string {
  if (isAddress(value)) return value;
  throw new InvalidArgumentError("It wants an http or https address, such as http://127.0.0.1:8080.");
}

export function isAddress(value: string): boolean {
  return URL.canParse(value) && ["http:", "https:"].includes(new URL(value).protocol);
}

export function models(value: string): readonly string[] {
  const names = value.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It wants names of models, separated by commas.");
  return names;
}

export function count(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It wants a whole number from 1.");
}

export function amount(value: string): number {
  if (/^\d+(?:\.\d+)?$|^\.\d+$/.test(value) && Number(value) > 0) return Number(value);
  throw new InvalidArgumentError("It wants an amount of dollars over 0, such as 0.50.");
}

export function uuid(value: string): string {
  if (UUID.test(value)) return value.toLowerCase();
  throw new InvalidArgumentError("It wants a uuid, such as 123e4567-e89b-42d3-a456-426614174000.");
}

export const isUuid = (value: string): boolean => UUID.test(value);

/** An id, the beginning of one, or words: which session is meant is looked up later. */
export function session(value: string): string {
  return isUuid(value) ? value.toLowerCase() : filled(value);
}

export function permissionMode(value: string): AskedMode {
  const read = readMode(value);
  if (read.ok) return read.mode;
  throw new InvalidArgumentError(read.error);
}

export function promptTool(value: string): "stdio" {
  if (value === "stdio") return value;
  throw new InvalidArgumentError("Only stdio can be asked: the program at the other end of the streams. Tools of MCP servers can't yet.");
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
