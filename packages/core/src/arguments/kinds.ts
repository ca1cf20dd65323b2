import { dtypes, isDType, isFloat } from "../dtype.ts";
import type { ErrorCode } from "../errors.ts";
import { isTensor } from "./any-tensor.ts";

/** The values that an argument may have. */
export interface Kind {
  readonly holds: (x: unknown) => boolean;
  /** How errors describe it: "an integer". */
  readonly message: string;
  /** The code of the error for anything else; "value" by default. */
  readonly code?: ErrorCode;
  /** The likely fix for anything else. */
  readonly fix?: string;
  readonly optional?: boolean;
  /** Whether any number of such arguments may follow. */
  readonly rest?: boolean;
}

const isNumber = (x: unknown): x is number => typeof x === "number";
const isScalar = (x: unknown): boolean => typeof x === "number" || typeof x === "boolean";
/** Integers are those of int32, which is what indices and sizes are stored in. */
const isInteger = (x: unknown): x is number => isNumber(x) && x === (x | 0);
const isSize = (x: unknown): boolean => Number.isInteger(x) && (x as number) >= 0;

/** Elements are visited by index, because `every` skips the holes of a sparse array. */
const listOf = (holds: Kind["holds"]) => (x: unknown) => {
  if (!Array.isArray(x)) return false;
  for (let i = 0; i < x.length; i++) if (!holds(x[i])) return false;
  return true;
};

const anyOf =
  (...holds: readonly Kind["holds"][]) =>
  (x: unknown) =>
    holds.some((h) => h(x));

/** The kinds of arguments by name. */
export const kinds = {
  any: { holds: () => true, message: "anything", optional: true },
  tensor: { holds: isTensor, message: "a tensor", code: "dtype", fix: "tensor(…)" },
  operand: {
    holds: anyOf(isTensor, isScalar),
    message: "a tensor or a number",
    code: "dtype",
    fix: "tensor(…)",
  },
  list: { holds: Array.isArray, message: "a list" },
  tensors: { holds: listOf(isTensor), message: "a list of tensors", code: "dtype", fix: "[a, b]" },
  "tensor or tensors": {
    holds: anyOf(isTensor, listOf(isTensor)),
    message: "a tensor, or a list of tensors",
    code: "dtype",
  },
  "tensor or null": {
    holds: anyOf(isTensor, (x) => x === null),
    message: "a tensor or null",
    code: "dtype",
  },
  number: { holds: isNumber, message: "a number" },
  scalar: { holds: isScalar, message: "a number or a boolean" },
  finite: { holds: Number.isFinite, message: "a finite number" },
  integer: { holds: isInteger, message: "an integer of at most 32 bits" },
  integers: { holds: listOf(isInteger), message: "a list of integers" },
  "integer or integers": {
    holds: anyOf(isInteger, listOf(isInteger)),
    message: "an integer, or a list of integers",
  },
  "integer or tensor": { holds: anyOf(isInteger, isTensor), message: "an integer, or a tensor of integers" },
  bound: {
    holds: (x) => x === null || Number.isInteger(x),
    message: "an integer, or null for the end of the axis",
  },
  size: { holds: (x) => isSize(x) && isInteger(x), message: "an integer ≥ 0" },
  "size or sizes": { holds: anyOf(isSize, listOf(isSize)), message: "an integer ≥ 0, or a list of them" },
  count: { holds: (x) => isInteger(x) && x >= 1, message: "an integer ≥ 1" },
  shape: { holds: listOf(isSize), message: "a list of integers ≥ 0", code: "shape", fix: "[2, 3]" },
  "open shape": {
    holds: listOf((x) => isSize(x) || x === -1),
    message: "a list of integers ≥ 0, one of which may be −1, for the size that the others leave",
    code: "shape",
  },
  dim: { holds: isInteger, message: "a dim, which is an integer", code: "dim" },
  dims: { holds: listOf(isInteger), message: "a list of dims, which are integers", code: "dim" },
  "dim or dims": {
    holds: anyOf(isInteger, listOf(isInteger)),
    message: "a dim, which is an integer, or a list of dims",
    code: "dim",
  },
  boolean: { holds: (x) => typeof x === "boolean", message: "true or false" },
  string: { holds: (x) => typeof x === "string", message: "a string" },
  function: { holds: (x) => typeof x === "function", message: "a function" },
  dtype: {
    holds: isDType,
    message: `one of ${dtypes.join(", ")}`,
    code: "dtype",
  },
  "float dtype": {
    holds: isFloat,
    message: "float32 or float64",
    code: "dtype",
  },
} satisfies Record<string, Kind>;

/** The objects of a class as arguments. */
export const instanceOf = (
  type: abstract new (...args: never[]) => unknown,
  message: string,
  fix: string,
): Kind => ({ holds: (x) => x instanceof type, message, fix });
