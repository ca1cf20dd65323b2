import { formatType } from "../dtype.ts";
import { isTensor } from "./any-tensor.ts";

/** Whether `x` is an object literal: its prototype is `Object.prototype` of some realm, or null. */
export const isPlainObject = (x: unknown): x is Record<string, unknown> => {
  if (typeof x !== "object" || x === null) return false;
  const prototype = Object.getPrototypeOf(x);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/** A value as errors show it. */
export function describe(x: unknown): string {
  if (isTensor(x)) return `a tensor ${formatType(x)}`;
  if (Array.isArray(x)) {
    const shown = x.slice(0, 4).map((e) => (Array.isArray(e) ? "[…]" : describe(e)));
    return `[${shown.join(", ")}${x.length > 4 ? ", …" : ""}]`;
  }
  if (typeof x === "string") return JSON.stringify(x.length > 40 ? `${x.slice(0, 40)}…` : x);
  if (typeof x === "function") return "a function";
  if (typeof x !== "object" || x === null) return typeof x === "bigint" ? `${x}n` : String(x);
  if (isPlainObject(x)) return `{ ${Object.keys(x).join(", ")} }`;
  return `an object of class ${String(Object.getPrototypeOf(x).constructor?.name)}`;
}
