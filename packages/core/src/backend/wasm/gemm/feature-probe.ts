import { FunctionBuilder, ModuleBuilder } from "../assembler/assembler.ts";
import { compileModule } from "../assembler/compile.ts";

/** A module that computes x·y + z in one lane of a vector, with one rounding where the machine fuses. */
function multiplyAdd(): Uint8Array {
  const f = new FunctionBuilder(["f64", "f64", "f64"], ["f64"]);
  for (const operand of [0, 1, 2]) f.get(operand).op("f64x2.splat");
  f.op("f64x2.relaxed_madd").op("f64x2.extract_lane", 0);
  const module = new ModuleBuilder();
  module.func(f, "multiplyAdd");
  return module.bytes();
}

/**
 * Whether engine and machine fuse multiplication and addition; if not, `wasmRelaxed` gives the bits of `wasm`.
 *
 * @example
 * console.log(typeof fusesMultiplyAdd()); //=> boolean
 */
export function hasFusedMultiplyAdd(): boolean {
  const bytes = multiplyAdd();
  if (!WebAssembly.validate(bytes)) return false;
  const { exports } = new WebAssembly.Instance(compileModule(bytes));
  // (1 + 2⁻³⁰)(1 − 2⁻³⁰) − 1 is −2⁻⁶⁰, and 0 where the product is rounded.
  return (exports.multiplyAdd as (...x: number[]) => number)(1 + 2 ** -30, 1 - 2 ** -30, -1) !== 0;
}
