import { Generator, rand, type Shape, type Tensor } from "@chainrule/core";
import { expect } from "vitest";

const generator = new Generator(7);

/** Numbers from low to high in float64. */
export const uniform = (shape: Shape, low = -2, high = 2): Tensor =>
  rand(shape, { dtype: "float64", generator })
    .mul(high - low)
    .add(low);

/** The rows of a matrix. */
export const rowsOf = (x: Tensor): number[][] => x.toArray() as number[][];

/** Numbers close to each other, element by element. */
export const close = (numbers: ArrayLike<number>, digits = 10) =>
  Array.from(numbers, (x) => (Number.isFinite(x) ? expect.closeTo(x, digits) : x));
