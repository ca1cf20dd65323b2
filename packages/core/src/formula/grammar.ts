import type { OperatorFunction } from "./functions.ts";
import * as power from "./power.ts";

export interface Infix {
  readonly power: number;
  /** The power that operators in the right operand exceed; `power` by default, so that operators associate to the left. */
  readonly right?: number;
  readonly function: OperatorFunction;
}

/** Powers associate to the right. */
const raise: Infix = { power: power.exponent, right: power.juxtaposition, function: "power" };
/** A product without signs in a denominator has two readings, and is left to the parser to refuse. */
const divide: Infix = { power: power.product, right: power.juxtaposition, function: "div" };

/** Operators between two operands. */
export const infixes: Readonly<Record<string, Infix>> = {
  "∨": { power: power.or, function: "logicalOr" },
  "∧": { power: power.and, function: "logicalAnd" },
  "<": { power: power.comparison, function: "lt" },
  ">": { power: power.comparison, function: "gt" },
  "<=": { power: power.comparison, function: "le" },
  "≤": { power: power.comparison, function: "le" },
  ">=": { power: power.comparison, function: "ge" },
  "≥": { power: power.comparison, function: "ge" },
  "==": { power: power.comparison, function: "eq" },
  "!=": { power: power.comparison, function: "ne" },
  "≠": { power: power.comparison, function: "ne" },
  "+": { power: power.sum, function: "add" },
  "-": { power: power.sum, function: "sub" },
  "−": { power: power.sum, function: "sub" },
  "–": { power: power.sum, function: "sub" },
  "*": { power: power.product, function: "mul" },
  "·": { power: power.product, function: "mul" },
  "×": { power: power.product, function: "mul" },
  "⊙": { power: power.product, function: "mul" },
  "∘": { power: power.product, function: "mul" },
  "/": divide,
  "÷": divide,
  "@": { power: power.product, function: "matmul" },
  "^": raise,
  "**": raise,
};

export interface Prefix {
  /** The power that the operand binds with at least. */
  readonly power: number;
  /** Absent for the sign +, which does nothing. */
  readonly function?: OperatorFunction;
}

/** Operators before an operand: −x² is −(x²), and −x·y is −(x·y). */
export const prefixes: Readonly<Record<string, Prefix>> = {
  "-": { power: power.sum, function: "neg" },
  "−": { power: power.sum, function: "neg" },
  "–": { power: power.sum, function: "neg" },
  "+": { power: power.sum },
  "¬": { power: power.comparison, function: "logicalNot" },
};

/**
 * How far the operand of a function reaches that is written without parentheses. By default it is the product without signs:
 * ln 2x is ln (2x). That of a root is a power, and that of a sum the whole product: Σ(y − ŷ)² is the sum of squares.
 */
export const reach: Readonly<Record<string, number>> = {
  "√": power.juxtaposition,
  Σ: power.sum,
  "∑": power.sum,
  "∏": power.sum,
};

export interface Bracket {
  readonly close: string;
  /** The function of what is between bars. */
  readonly function?: OperatorFunction;
}

/** Brackets and bars. */
export const brackets: Readonly<Record<string, Bracket>> = {
  "(": { close: ")" },
  "[": { close: "]" },
  "{": { close: "}" },
  "|": { close: "|", function: "abs" },
  "‖": { close: "‖", function: "norm" },
};

/** Names that have a value unless one is given. */
export const constants: Readonly<Record<string, number | boolean>> = {
  e: Math.E,
  π: Math.PI,
  pi: Math.PI,
  "∞": Number.POSITIVE_INFINITY,
  true: true,
  false: false,
};

/** What an error says of textbook symbols that have no meaning here. */
export const hints: Readonly<Record<string, string>> = {
  Γ: "has no function Γ, which overflows at 171. Did you mean ln Γ(x)?",
  T: "has no value for T. Did you mean ᵀ, the transpose?",
};
