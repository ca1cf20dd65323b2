import type { DType } from "../../../dtype.ts";
import type { OpName } from "../assembler/assembler.ts";
import { casts } from "./casts.ts";
import { type EmitContext, type EmitOp, isFloat, type PushOperand, prefixes } from "./context.ts";
import { bitOps, signOps } from "./float-bits.ts";
import { splatBytes } from "./lanes.ts";

/** Instruction suffixes of the words on floats and on integers; a missing one has no instruction of its own. */
const suffixes: Readonly<Record<string, { readonly float?: string; readonly int?: string }>> = {
  add: { float: "add", int: "add" },
  sub: { float: "sub", int: "sub" },
  mul: { float: "mul", int: "mul" },
  div: { float: "div" },
  neg: { float: "neg", int: "neg" },
  abs: { float: "abs", int: "abs" },
  minimum: { float: "min", int: "min_s" },
  maximum: { float: "max", int: "max_s" },
  sqrt: { float: "sqrt" },
  floor: { float: "floor" },
  ceil: { float: "ceil" },
  trunc: { float: "trunc" },
  round: { float: "nearest" },
  eq: { float: "eq", int: "eq" },
  lt: { float: "lt", int: "lt_s" },
  le: { float: "le", int: "le_s" },
  and: { int: "and" },
  or: { int: "or" },
  xor: { int: "xor" },
  shiftLeft: { int: "shl" },
  shiftRight: { int: "shr_s" },
  shiftRightLogical: { int: "shr_u" },
};

const all = (operands: readonly PushOperand[]): void => {
  for (const push of operands) push();
};

/** The scalar integer forms that have no instruction. */
const integerForms: Readonly<Record<string, EmitOp>> = {
  neg: ({ f }, [a]) => {
    f.i32(0);
    a?.();
    f.op("i32.sub");
  },
  abs: ({ f, scratch }, [a]) => {
    const x = scratch(0);
    a?.();
    f.set(x).get(x).i32(0).get(x).op("i32.sub").get(x).i32(0).op("i32.ge_s").op("select");
  },
  minimum: (site, [a, b]) => chooseInteger(site, a as PushOperand, b as PushOperand, "i32.lt_s"),
  maximum: (site, [a, b]) => chooseInteger(site, a as PushOperand, b as PushOperand, "i32.gt_s"),
  floorDivide: ({ f, scratch }, [a, b]) => {
    const [x, y] = [scratch(0), scratch(1)];
    all([a, b] as PushOperand[]);
    f.set(y).set(x).get(y).op("i32.eqz");
    f.if(
      () => f.i32(0),
      () => {
        f.get(x).op("f64.convert_i32_s").get(y).op("f64.convert_i32_s").op("f64.div").op("f64.floor");
        f.op("i64.trunc_sat_f64_s").op("i32.wrap_i64");
      },
      "i32",
    );
  },
};

function chooseInteger({ f, scratch }: EmitContext, a: PushOperand, b: PushOperand, better: OpName): void {
  const [x, y] = [scratch(0), scratch(1)];
  all([a, b]);
  f.set(y).set(x).get(x).get(y).get(x).get(y).op(better).op("select");
}

/** Shifts: instructions take the count modulo 32, and by one outside 0 … 31 all bits are moved out. */
const shifted =
  (name: string): EmitOp =>
  ({ f, width, scratch }, [a, b], known) => {
    const op = `${prefixes[width].int32}.${suffixes[name]?.int}` as OpName;
    const count = known[1];
    a?.();
    if (count !== undefined && count >= 0 && count < 32) {
      b?.();
      f.op(op);
      return;
    }
    if (count !== undefined) {
      f.i32(31).op(op).i32(1).op(op);
      return;
    }
    const [x, by] = [scratch(0), scratch(1)];
    b?.();
    f.set(by).set(x).get(x).get(by).op(op).get(x).i32(31).op(op).i32(1).op(op);
    f.get(by).i32(32).op("i32.lt_u").op("select");
  };

/** Words that leave an integer as it is. */
const roundings = new Set(["floor", "ceil", "trunc", "round"]);

/** Words whose instructions follow no pattern. */
const special: Readonly<Record<string, EmitOp>> = {
  shiftLeft: shifted("shiftLeft"),
  shiftRight: shifted("shiftRight"),
  shiftRightLogical: shifted("shiftRightLogical"),
  where: ({ f, width }, [c, a, b], known) => {
    const zero = width === "vector" ? known.findIndex((x) => Object.is(x, 0)) : -1;
    if (zero !== 1) a?.();
    if (zero !== 2) b?.();
    c?.();
    if (zero > 0) f.op(zero === 1 ? "v128.andnot" : "v128.and");
    else f.op(width === "vector" ? "v128.bitselect" : "select");
  },
};

/** Whether there is an instruction sequence for a word in vectors of a type. */
export function hasSimd(name: string, type: DType): boolean {
  if (name in casts) return true;
  if (name === "where") return true;
  if (name in bitOps) return isFloat(type);
  const suffix = suffixes[name];
  if (!suffix) return false;
  if (!isFloat(type) && roundings.has(name)) return true;
  return type === "bool"
    ? ["and", "or", "xor", "eq"].includes(ofTruth[name] ?? name)
    : (isFloat(type) ? suffix.float : suffix.int) !== undefined;
}

/** Whether the backend knows a word at all. */
export const isNative = (name: string): boolean =>
  [bitOps, integerForms, special, suffixes, casts].some((words) => name in words);

/** Of truth values the greater is their disjunction and the lesser their conjunction. */
const ofTruth: Readonly<Record<string, string>> = { maximum: "or", minimum: "and", mul: "and" };

/**
 * The lesser or greater of x and a known number c in one instruction: the one that takes x where neither is less, which is
 * where x is NaN or equals c. Zeros have to be told apart then, and max(x, 0) turns the −0 that it may leave into 0.
 */
function bounded({ f, type, lanes }: EmitContext, word: string, x: PushOperand, c: number): boolean {
  const greater = word === "maximum";
  if (Number.isNaN(c) || (!greater && Object.is(c, -0))) return false;
  const prefix = prefixes.vector[type];
  x();
  f.v128(splatBytes(c, type, lanes)).op(`${prefix}.${greater ? "pmax" : "pmin"}` as OpName);
  if (greater && Object.is(c, 0)) f.v128(splatBytes(0, type, lanes)).op(`${prefix}.add` as OpName);
  return true;
}

/** Writes a word over its operands, of which some are known numbers. */
export function emitOp(
  word: string,
  site: EmitContext,
  operands: readonly PushOperand[],
  known: readonly (number | undefined)[] = [],
): void {
  const name = (site.type === "bool" && ofTruth[word]) || word;
  const { f, width, type, lanes } = site;
  const integer = !isFloat(type);
  const form =
    (integer && width === "scalar" && integerForms[name]) ||
    special[name] ||
    (!integer && width === "vector" && signOps[name]) ||
    bitOps[name];
  if (form) return form(site, operands, known);
  if (!integer && width === "vector" && (name === "maximum" || name === "minimum")) {
    const k = known.findIndex((c) => c !== undefined);
    if (k >= 0 && bounded(site, name, operands[1 - k] as PushOperand, known[k] as number)) return;
  }
  all(operands);
  if (integer && roundings.has(name)) return;
  const suffix = (integer ? suffixes[name]?.int : suffixes[name]?.float) as string;
  const bitwise = ["and", "or", "xor"].includes(name);
  const mask = type === "bool" && name === "eq" ? (lanes === 4 ? "i32x4" : "i64x2") : undefined;
  const prefix =
    width === "vector" && bitwise ? "v128" : (width === "vector" && mask) || prefixes[width][type];
  f.op(`${prefix}.${suffix}` as OpName);
}
