// What a command sets: before its program, or as a word of `export` and its kind.
import type { Command } from "unbash";
import { literal, MARK, type Word } from "./marks.ts";
import { expandWord, type Scope } from "./word.ts";

/** `value`: undefined where it can't be told. */
export type Assign = { readonly name: string; readonly raw: string; readonly value: Word | undefined };
type Assignment = Extract<Command["prefix"][number], { type: "Assignment" }>;

export function assignOf(one: Assignment, scope: Scope): Assign {
  const [value, ...more] = one.value.type === "Word" ? expandWord(one.value, scope) : [];
  const odd = one.index !== undefined || more.length > 0 || one.append === true;
  return { name: one.name, raw: one.text, value: odd ? undefined : value };
}

/** The same as a word of a program. */
export function assigned(one: Assignment, scope: Scope): Word {
  const { value } = assignOf(one, scope);
  return value
    ? { raw: one.text, text: `${one.name}=${value.text}`, script: one.text }
    : { ...literal(one.text), text: `${one.name}=${MARK.open}` };
}
