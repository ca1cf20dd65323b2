import type { DType, FloatDType } from "../../../dtype.ts";
import type { primitives } from "../../../scalar/primitives.ts";
import { casts } from "./casts.ts";
import type { EmitContext, EmitOp, Operand, PushOperand } from "./context.ts";
import { copysign, exponent, floatAbs, floatNeg, scalb, significand } from "./float-bits.ts";
import {
  bitwise,
  floatInstruction,
  floats,
  identity,
  instruction,
  integerInstruction,
  type OpEmitter,
  type OpForms,
  unusedOnFloats,
  unusedOnIntegers,
} from "./forms.ts";
import { floorDivide, integerAbs, integerMax, integerMin, integerNeg, shifts } from "./integers.ts";
import { floatShapes, integerShapes, splatBytes, valTypes } from "./lanes.ts";

export type Primitive = keyof typeof primitives;

/**
 * The smaller or larger of x and a constant c in one instruction: `pmin` and `pmax` return x where neither is less, that is
 * where x is NaN or equals c. Zeros have to be told apart then, and max(x, 0) turns the −0 that it may leave into 0.
 */
function emitClamp(
  { f, lanes }: EmitContext,
  type: FloatDType,
  op: "min" | "max",
  x: PushOperand,
  c: number,
): void {
  const shape = floatShapes[type];
  x();
  f.v128(splatBytes(c, type, lanes)).op(`${shape}.p${op}`);
  if (op === "max" && Object.is(c, 0)) f.v128(splatBytes(0, type, lanes)).op(`${shape}.add`);
}

/** The smaller or larger of two floats. */
const floatExtremum = (op: "min" | "max") =>
  floats((type, width): EmitOp => {
    if (width === "scalar") return instruction(`${valTypes[type]}.${op}`);
    const general = instruction(`${floatShapes[type]}.${op}`);
    return (context, a, b) => {
      const [x, c] = a.constant === undefined ? [a, b.constant] : [b, a.constant];
      if (c === undefined || Number.isNaN(c) || (op === "min" && Object.is(c, -0)))
        return general(context, a, b);
      emitClamp(context, type, op, x.push, c);
    };
  });

/** An op that leaves integers as they are. */
const unchangedIntegers = {
  int32: { scalar: identity, vector: identity },
  bool: { scalar: identity, vector: identity },
};

/** Booleans are equal where their masks are. */
const booleanEq: OpForms = {
  scalar: instruction("i32.eq"),
  vector: (context, a, b) => instruction(`${integerShapes[context.lanes]}.eq`)(context, a, b),
};

/** A choice by a condition; in vectors a zero branch makes it one bitwise instruction. */
const where: OpForms = {
  scalar: ({ f }, condition, a, b) => {
    a.push();
    b.push();
    condition.push();
    f.op("select");
  },
  vector: ({ f }, condition, a, b) => {
    const isZero = (x: Operand) => Object.is(x.constant, 0);
    if (!isZero(a)) a.push();
    if (isZero(a) || !isZero(b)) b.push();
    condition.push();
    f.op(isZero(a) ? "v128.andnot" : isZero(b) ? "v128.and" : "v128.bitselect");
  },
};

/** The code of every primitive on every dtype. The larger of two booleans is their disjunction, the smaller their conjunction. */
export const emitters: Readonly<Record<Primitive, OpEmitter>> = {
  add: { ...floatInstruction("add"), ...integerInstruction("add") },
  sub: { ...floatInstruction("sub"), ...integerInstruction("sub") },
  mul: { ...floatInstruction("mul"), ...integerInstruction("mul"), bool: bitwise("and") },
  div: { ...floatInstruction("div"), ...unusedOnIntegers },
  neg: { ...floatNeg, int32: integerNeg, bool: { scalar: integerNeg.scalar } },
  abs: { ...floatAbs, int32: integerAbs, bool: { scalar: integerAbs.scalar } },
  minimum: { ...floatExtremum("min"), int32: integerMin, bool: bitwise("and") },
  maximum: { ...floatExtremum("max"), int32: integerMax, bool: bitwise("or") },
  sqrt: { ...floatInstruction("sqrt"), ...unusedOnIntegers },
  floor: { ...floatInstruction("floor"), ...unchangedIntegers },
  ceil: { ...floatInstruction("ceil"), ...unchangedIntegers },
  trunc: { ...floatInstruction("trunc"), ...unchangedIntegers },
  round: { ...floatInstruction("nearest"), ...unchangedIntegers },
  floorDivide: { ...unusedOnFloats, int32: { scalar: floorDivide }, bool: { scalar: floorDivide } },
  eq: { ...floatInstruction("eq"), ...integerInstruction("eq"), bool: booleanEq },
  lt: { ...floatInstruction("lt"), ...integerInstruction("lt_s") },
  le: { ...floatInstruction("le"), ...integerInstruction("le_s") },
  and: { ...unusedOnFloats, int32: bitwise("and"), bool: bitwise("and") },
  or: { ...unusedOnFloats, int32: bitwise("or"), bool: bitwise("or") },
  xor: { ...unusedOnFloats, int32: bitwise("xor"), bool: bitwise("xor") },
  shiftLeft: { ...unusedOnFloats, ...shifts("shl") },
  shiftRight: { ...unusedOnFloats, ...shifts("shr_s") },
  shiftRightLogical: { ...unusedOnFloats, ...shifts("shr_u") },
  where: { bool: where, int32: where, float32: where, float64: where },
  copysign: { ...copysign, ...unusedOnIntegers },
  scalb: { ...scalb, ...unusedOnIntegers },
  exponent: { ...exponent, ...unusedOnIntegers },
  significand: { ...significand, ...unusedOnIntegers },
  ...casts,
};

const isPrimitive = (name: string): name is Primitive => Object.hasOwn(emitters, name);

/** Whether an op calls the host on some dtype: functions without an expansion, and primitives without code. */
export const callsHost = (name: string): boolean =>
  !isPrimitive(name) || Object.values(emitters[name]).includes("host");

/** The code of an op on a dtype; undefined where the host computes it. */
export function formsOf(name: string, type: DType): OpForms | undefined {
  const forms = isPrimitive(name) ? emitters[name][type] : "host";
  if (forms === "unused") throw new Error(`a kernel computes ${name} on ${type}, which has no code`);
  return forms === "host" ? undefined : forms;
}

/** Emits an op in the form that the context asks for. */
export function emitForm(forms: OpForms, context: EmitContext, operands: readonly Operand[]): void {
  const emit = forms[context.width];
  if (!emit) throw new Error(`an op on ${context.type} has no ${context.width} code`);
  emit(context, ...operands);
}

/** Emits a primitive over operands of which some are constants. */
export function emitOp(
  name: Primitive,
  context: EmitContext,
  operands: readonly PushOperand[],
  constants: readonly (number | undefined)[] = [],
): void {
  const forms = formsOf(name, context.type);
  if (!forms) throw new Error(`${name} on ${context.type} is computed by the host`);
  emitForm(
    forms,
    context,
    operands.map((push, k) => ({ push, constant: constants[k] })),
  );
}
