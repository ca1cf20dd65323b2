import { opaque, sizeAtom, symbol } from "./atoms.ts";
import { exact, isTransparent, type TensorAlgebra } from "./formula.ts";
import { mul, ofAtom, one } from "./rational.ts";
import { sumOver } from "./sum.ts";
import type { Rational } from "./term.ts";

/** Graphs as exact expressions. */
export const exactTensors: TensorAlgebra<Rational> = {
  ...exact,
  symbol,
  opaque,
  count: (axes) => mul(one, ...axes.map((i) => ofAtom(sizeAtom(i)))),
  sum: sumOver,
  contract: (a, b, over) => sumOver(mul(a, b), over),
  isWrittenOut: (_, formula) => isTransparent(formula),
  seesThroughRules: true,
};
