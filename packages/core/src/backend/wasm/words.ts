import type { DType } from "../../dtype.ts";
import type { FunctionBuilder, OpName } from "./assembler.ts";

/** How many elements are worked on at once: one, or as many as fill a vector of their type. */
export type Width = "scalar" | "vector";

/** Puts an operand on the stack. */
export type Push = () => void;

/** The prefix of the instructions on a dtype; in vectors truth values are masks. */
const prefixes: Record<Width, Record<DType, string>> = {
  scalar: { bool: "i32", int32: "i32", float32: "f32", float64: "f64" },
  vector: { bool: "v128", int32: "i32x4", float32: "f32x4", float64: "f64x2" },
};

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
  shiftRight: { int: "shr_u" },
};

/** What a word needs to know of where it stands. */
export interface Site {
  readonly f: FunctionBuilder;
  readonly width: Width;
  /** The dtype that the word works in: that of its operands, or of its branches. */
  readonly type: DType;
  /** Lanes of a vector here: 4 of 32 bits or 2 of 64. */
  readonly lanes: 2 | 4;
  /** A local to keep an operand in. */
  readonly scratch: (slot: number) => number;
}

type Emit = (site: Site, operands: readonly Push[]) => void;

const isFloat = (type: DType): boolean => type === "float32" || type === "float64";
const all = (operands: readonly Push[]): void => operands.forEach((push) => push());

/** The scalar integer forms that have no instruction. */
const integerForms: Readonly<Record<string, Emit>> = {
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
  minimum: (site, [a, b]) => chooseInteger(site, a as Push, b as Push, "i32.lt_s"),
  maximum: (site, [a, b]) => chooseInteger(site, a as Push, b as Push, "i32.gt_s"),
  floorDivide: ({ f, scratch }, [a, b]) => {
    const [x, y] = [scratch(0), scratch(1)];
    a?.();
    f.set(x);
    b?.();
    f.set(y).get(y).op("i32.eqz");
    f.if(
      () => f.i32(0),
      () => {
        f.get(x).op("f64.convert_i32_s").get(y).op("f64.convert_i32_s").op("f64.div").op("f64.floor");
        f.op("i32.trunc_sat_f64_s");
      },
      "i32",
    );
  },
};

function chooseInteger({ f, scratch }: Site, a: Push, b: Push, better: OpName): void {
  const [x, y] = [scratch(0), scratch(1)];
  a();
  f.set(x);
  b();
  f.set(y).get(x).get(y).get(x).get(y).op(better).op("select");
}

/** Words that leave an integer as it is. */
const roundings = new Set(["floor", "ceil", "trunc", "round"]);

/** Words whose instructions follow no pattern. */
const special: Readonly<Record<string, Emit>> = {
  where: ({ f, width }, [c, a, b]) => {
    a?.();
    b?.();
    c?.();
    f.op(width === "vector" ? "v128.bitselect" : "select");
  },
  floorDivide: ({ f, width, type }, operands) => {
    all(operands);
    const prefix = prefixes[width][type];
    f.op(`${prefix}.div` as OpName).op(`${prefix}.floor` as OpName);
  },
};

/** Whether there is an instruction sequence for a word in vectors of a type. */
export function hasVector(name: string, type: DType): boolean {
  if (name in conversions) return true;
  if (name === "where") return true;
  if (name === "floorDivide") return isFloat(type);
  const suffix = suffixes[name];
  if (!suffix) return false;
  if (!isFloat(type) && roundings.has(name)) return true;
  return type === "bool"
    ? ["and", "or", "xor", "eq"].includes(ofTruth[name] ?? name)
    : (isFloat(type) ? suffix.float : suffix.int) !== undefined;
}

/** Whether the backend knows a word at all. */
export const isKnown = (name: string): boolean => name in special || name in suffixes || name in conversions;

/** Of truth values the greater is their disjunction and the lesser their conjunction. */
const ofTruth: Readonly<Record<string, string>> = { maximum: "or", minimum: "and", mul: "and" };

/** Writes a word over its operands. */
export function emitWord(word: string, site: Site, operands: readonly Push[]): void {
  const name = (site.type === "bool" && ofTruth[word]) || word;
  const { f, width, type, lanes } = site;
  const integer = !isFloat(type);
  const form =
    (integer && width === "scalar" && integerForms[name]) ||
    (!(integer && name === "floorDivide") && special[name]);
  if (form) return form(site, operands);
  all(operands);
  if (integer && roundings.has(name)) return;
  const suffix = (integer ? suffixes[name]?.int : suffixes[name]?.float) as string;
  const bitwise = ["and", "or", "xor"].includes(name);
  const mask = type === "bool" && name === "eq" ? (lanes === 4 ? "i32x4" : "i64x2") : undefined;
  const prefix =
    width === "vector" && bitwise ? "v128" : (width === "vector" && mask) || prefixes[width][type];
  f.op(`${prefix}.${suffix}` as OpName);
}

type Convert = (site: Site, from: DType, push: Push) => void;

/** A vector whose lanes are all these bits. */
export function splatBytes(value: number, type: DType, lanes: 2 | 4): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < lanes; i++) {
    if (type === "float32") view.setFloat32(4 * i, value, true);
    else if (type === "float64") view.setFloat64(8 * i, value, true);
    else if (type === "int32") view.setInt32(4 * i, value, true);
    else for (let b = 0; b < 16 / lanes; b++) bytes[(16 / lanes) * i + b] = value ? 0xff : 0;
  }
  return bytes;
}

/** Conversions: each from every dtype. Vectors of 32-bit lanes do not change into 64-bit ones here. */
export const conversions: Readonly<Record<string, Convert>> = {
  toBool: ({ f, width, lanes }, from, push) => {
    push();
    if (from === "bool") return;
    const prefix = prefixes[width][from];
    if (width === "vector") f.v128(splatBytes(0, from, lanes)).op(`${prefix}.ne` as OpName);
    else if (from === "int32") f.i32(0).op("i32.ne");
    else (from === "float32" ? f.f32(0) : f.f64(0)).op(`${prefix}.ne` as OpName);
  },
  toInt32: ({ f, width }, from, push) => {
    push();
    if (from === "int32" || (from === "bool" && width === "scalar")) return;
    if (from === "bool") f.v128(splatBytes(1, "int32", 4)).op("v128.and");
    else if (width === "vector") f.op("i32x4.trunc_sat_f32x4_s");
    else f.op(from === "float32" ? "i32.trunc_sat_f32_s" : "i32.trunc_sat_f64_s");
  },
  toFloat32: ({ f, width }, from, push) => {
    push();
    if (from === "float32") return;
    if (width === "scalar") f.op(from === "float64" ? "f32.demote_f64" : "f32.convert_i32_s");
    else if (from === "bool") f.v128(splatBytes(1, "float32", 4)).op("v128.and");
    else f.op("f32x4.convert_i32x4_s");
  },
  toFloat64: ({ f, width }, from, push) => {
    push();
    if (from === "float64") return;
    if (width === "scalar") f.op(from === "float32" ? "f64.promote_f32" : "f64.convert_i32_s");
    else f.v128(splatBytes(1, "float64", 2)).op("v128.and");
  },
};
