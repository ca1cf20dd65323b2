export type { Expr, Scalar } from "./expr.ts";
export * from "./functions.ts";
export * from "./primitives.ts";
