import { castTo, checkDType, type DType, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import { Node, type Source } from "../graph/node.ts";
import { ArrayValue, ScalarValue, type Value } from "../graph/value.ts";
import { constantOf, type Expr, type Scalar, toExpr } from "../scalar/expr.ts";
import { add, mul, or, shiftLeft, shiftRightLogical, xor } from "../scalar/primitives.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "../shape.ts";

const source = (name: string, attrs: Source["attrs"], f: Source["f"]): Source => ({
  family: "source",
  name,
  attrs,
  f,
});

const given = source("data", {}, undefined);
const number = source("number", {}, undefined);

/** A tensor of elements that a backend holds. */
export function known(value: Value, shape: Shape, dtype: DType): Node {
  const node = new Node(given, [], shape, dtype, false);
  node.value = value;
  return node;
}

/** A tensor of known elements; it takes the array over, which must not change afterwards. */
export function data(array: TypedArray, shape: Shape, dtype: DType): Node {
  if (array.length !== sizeOf(shape))
    fail(
      "shape",
      "tensor",
      `${array.length} elements do not fill shape ${formatShape(shape)}, which has ${sizeOf(shape)}`,
    );
  return known(new ArrayValue(array), shape, dtype);
}

/** A number as a 0-d tensor. @throws for NaN in int32, which holds nothing like it. */
export function scalar(value: number | boolean, dtype: DType): Node {
  if (dtype === "int32" && Number.isNaN(value))
    fail("value", "tensor", "NaN is no int32. Did you mean another dtype?");
  const node = new Node(number, [], [], dtype, false);
  node.value = new ScalarValue(castTo[checkDType("tensor", dtype)](Number(value)), dtype);
  return node;
}

/** A finite number that the library itself writes: part of what a graph does, as the numbers of users are not. */
export const constant = (value: number, dtype: DType): Node =>
  new Node(
    source("constant", { value }, () => toExpr(value)),
    [],
    [],
    checkDType("tensor", dtype),
    false,
  );

/** What a tensor that holds the same everywhere was spread from. */
function spreadFrom(x: Node): Node {
  let from = x;
  const spreads = ({ family, name }: Node["op"]) =>
    family === "movement" && (name === "expand" || name === "reshape");
  while (spreads(from.op) && from.inputs[0]) from = from.inputs[0];
  return from;
}

/** Whether a tensor is everywhere the 1 that gradients begin with. */
export const isUnit = (x: Node): boolean => spreadFrom(x).op.attrs.value === 1;

/** The number that a tensor holds everywhere, for one made of a number, or by one op of such. */
export function numberOf(x: Node, deep = true): number | undefined {
  const { op, inputs, value } = spreadFrom(x);
  if (op === number) return (value as ScalarValue).number;
  if (op.name === "constant") return op.attrs.value as number;
  if (op.family !== "elementwise" || !deep) return undefined;
  const numbers: Expr[] = [];
  for (const input of inputs) {
    const n = numberOf(input, false);
    if (n === undefined) return undefined;
    numbers.push(toExpr(n));
  }
  return inputs.length > 0 ? constantOf(op.f(numbers)) : undefined;
}

/** yᵢ = i along axis `dim`, constant along the others. */
export function iota(shape: Shape, dim: number, dtype: DType): Node {
  const f: Source["f"] = (coordinates) => coordinates[dim] as Expr;
  return build(source("iota", { dim }, f), [], checkShape("iota", shape), dtype);
}

const rotateLeft = (x: Expr, bits: number): Expr => or(shiftLeft(x, bits), shiftRightLogical(x, 32 - bits));

/** Rotation distances of Threefry-2x32, in groups of four rounds. */
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/** Threefry-2x32 with 20 rounds: the key and a counter to two words of random bits. [Salmon et al. 2011] */
export function threefry(
  key: readonly [Expr, Expr],
  counter: readonly [Scalar, Scalar],
): readonly [Expr, Expr] {
  const keys = [key[0], key[1], xor(xor(key[0], key[1]), 0x1bd11bda)] as const;
  let x0 = add(counter[0], keys[0]);
  let x1 = add(counter[1], keys[1]);
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2] as readonly number[]) {
      x0 = add(x0, x1);
      x1 = xor(rotateLeft(x1, bits), x0);
    }
    x0 = add(x0, keys[(group + 1) % 3] as Expr);
    x1 = add(add(x1, keys[(group + 2) % 3] as Expr), group + 1);
  }
  return [x0, x1];
}

/** A key of random numbers: two int32 words as 0-d tensors. */
export type Key = readonly [Node, Node];

/** 32 random bits per element (int32), independent for each key, place and `lane`. */
export function randomBits(shape: Shape, key: Key, lane: number): Node {
  const sizes = checkShape("random", shape);
  const f: Source["f"] = (coordinates, inputs) => {
    const place = sizes.reduce<Scalar>((flat, size, i) => add(mul(flat, size), coordinates[i] as Expr), 0);
    return threefry([inputs[0] as Expr, inputs[1] as Expr], [place, lane >> 1])[lane & 1] as Expr;
  };
  return build(source("randomBits", { lane }, f), key, sizes, "int32");
}
