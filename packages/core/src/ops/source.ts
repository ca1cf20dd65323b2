import { castTo, checkDType, type DType, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import { Node } from "../graph/node.ts";
import type { Input, Source, SourceName } from "../graph/op.ts";
import { ArrayValue, ScalarValue, type Value } from "../graph/value.ts";
import { type Expr, type Scalar, toExpr } from "../scalar/expr.ts";
import { add, mul, or, shiftLeft, shiftRightLogical, xor } from "../scalar/primitives.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "../shape.ts";

const dataOp: Input = { family: "input", name: "data" };
const numberOp: Input = { family: "input", name: "number" };

/** A tensor of elements that a backend holds. */
export function fromValue(value: Value, shape: Shape, dtype: DType): Node {
  const node = new Node(dataOp, [], shape, dtype, false);
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
  return fromValue(new ArrayValue(array), shape, dtype);
}

/** A number as a 0-d tensor. @throws for NaN in int32, which holds nothing like it. */
export function scalar(value: number | boolean, dtype: DType): Node {
  if (dtype === "int32" && Number.isNaN(value))
    fail("value", "tensor", "int32 does not represent NaN. Did you mean another dtype?");
  const node = new Node(numberOp, [], [], dtype, false);
  node.value = new ScalarValue(castTo[checkDType("tensor", dtype)](Number(value)), dtype);
  return node;
}

/** The number that `scalar` made a node of, as long as it is known to come from there. */
export const numberOf = ({ op, value }: Node): number | undefined =>
  op === numberOp ? (value as ScalarValue).number : undefined;

/** A number that the library itself writes: part of what a graph does, as the numbers of users are not. */
export const constant = (value: number, dtype: DType): Node =>
  new Node({ family: "source", name: "constant", value }, [], [], checkDType("tensor", dtype), false);

/** yᵢ = i along axis `dim`, constant along the others. */
export const iota = (shape: Shape, dim: number, dtype: DType): Node =>
  build({ family: "source", name: "iota", dim }, [], checkShape("iota", shape), dtype);

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
    for (const bits of rotations[group % 2]!) {
      x0 = add(x0, x1);
      x1 = xor(rotateLeft(x1, bits), x0);
    }
    x0 = add(x0, keys[(group + 1) % 3]!);
    x1 = add(add(x1, keys[(group + 2) % 3]!), group + 1);
  }
  return [x0, x1];
}

/** A key of random numbers: two int32 words as 0-d tensors. */
export type Key = readonly [Node, Node];

/** 32 random bits per element (int32), independent for each key, element and `lane`. */
export const randomBits = (shape: Shape, key: Key, lane: number): Node =>
  build({ family: "source", name: "randomBits", lane }, key, checkShape("random", shape), "int32");

/** The formula of a source, as a function of its attributes, its shape, the element's coordinates and its inputs. */
type SourceRule<S extends Source> = (
  op: S,
  shape: Shape,
  coordinates: readonly Expr[],
  inputs: readonly Expr[],
) => Expr;

const sourceRules: { readonly [K in SourceName]: SourceRule<Source<K>> } = {
  constant: ({ value }) => toExpr(value),
  iota: ({ dim }, _, coordinates) => coordinates[dim]!,
  randomBits({ lane }, shape, coordinates, [k0, k1]) {
    const position = shape.reduce<Scalar>((flat, size, i) => add(mul(flat, size), coordinates[i]!), 0);
    return threefry([k0!, k1!], [position, lane >> 1])[lane & 1]!;
  },
};

/** The elements of a source as a formula over their coordinates and its scalar inputs. */
export const sourceFormula: SourceRule<Source> = (op, shape, coordinates, inputs) =>
  (sourceRules[op.name] as SourceRule<Source>)(op, shape, coordinates, inputs);
