export { type DeriveOptions, derive } from "./derive.ts";
export type { Derivable, Named } from "./graph/trace.ts";
export type { ClosedForm, Derivation, DerivedFactor, Formula } from "./page/derivation.ts";
