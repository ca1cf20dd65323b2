import { cat, type DType, type Tensor, tensor } from "@chainrule/core";
import fc from "fast-check";

/** Numbers that a movement draws its arguments from. */
type Draw = (below: number) => number;

const factorOf = (n: number, draw: Draw): number => {
  const factors = Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
  return factors[draw(factors.length)] as number;
};

/** Movements of any tensor of rank 1 or more, in steps, windows, repetitions and other shapes. */
const movements: readonly ((x: Tensor, dim: number, draw: Draw) => Tensor)[] = [
  (x, dim, draw) => x.slice(dim, draw(3), null, 1 + draw(3)),
  (x, dim, draw) => x.slice(dim, null, null, -1 - draw(2)),
  (x, dim, draw) => x.repeatInterleave(1 + draw(4), dim),
  (x, dim, draw) => x.roll(draw(9), dim),
  (x, dim, draw) => {
    const inner = factorOf(x.shape[dim] as number, draw);
    return x.unflatten(dim, [(x.shape[dim] as number) / inner, inner]);
  },
  (x) => x.flatten(),
  (x) => x.permute(x.shape.map((_, d) => x.ndim - 1 - d)),
  (x, dim, draw) => x.unsqueeze(dim).expand([...x.shape.slice(0, dim), 1 + draw(5), ...x.shape.slice(dim)]),
  (x, dim, draw) => {
    const [size, dilation] = [1 + draw(3), 1 + draw(2)];
    const reach = (size - 1) * dilation + 1;
    const padding = [draw(3) + reach, draw(3)] as const;
    return x.windows(dim, size, { stride: 1 + draw(4), dilation, padding });
  },
  (x, dim, draw) => {
    if (x.ndim < 2) return x;
    const d = dim % (x.ndim - 1);
    const stride = (x.shape.at(-1) as number) + draw(2);
    return x.fold(d, (x.shape[d] as number) * stride + draw(3), { stride });
  },
  (x, _, draw) => x.pad([draw(4), draw(4)]),
];

interface Chain {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly steps: readonly {
    readonly movement: number;
    readonly dim: number;
    readonly draws: readonly number[];
  }[];
  readonly scaled: boolean;
}

export const chains: fc.Arbitrary<Chain> = fc.record({
  dtype: fc.constantFrom<DType>("float32", "float64", "int32", "bool"),
  shape: fc.array(fc.constantFrom(1, 2, 3, 4, 5, 8, 9, 14, 17), { minLength: 1, maxLength: 3 }),
  steps: fc.array(
    fc.record({
      movement: fc.nat(movements.length - 1),
      dim: fc.nat(7),
      draws: fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  scaled: fc.boolean(),
});

/** The result of a chain, which leaves out steps to tensors that are empty or large. */
export function moved({ dtype, shape, steps, scaled }: Chain): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  let x = tensor(
    Float64Array.from({ length: n }, (_, i) => (dtype === "bool" ? +(i % 3 === 0) : i + 1)),
    {
      shape,
      dtype,
    },
  );
  for (const { movement, dim, draws } of steps) {
    let next = 0;
    const draw: Draw = (below) => (draws[next++ % draws.length] as number) % below;
    const y = (movements[movement] as (typeof movements)[number])(x, dim % x.ndim, draw);
    if (y.size > 0 && y.size < 20_000) x = y;
  }
  return scaled ? x.mul(2) : x;
}

/** A concatenation of tensors that agree in all axes but one; its first part is repeated at the end. */
interface Join {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly dim: number;
  readonly sizes: readonly number[];
  /** Bits say which of the parts are computed rather than inputs. */
  readonly negated: number;
}

export const joins: fc.Arbitrary<Join> = fc.record({
  dtype: fc.constantFrom<DType>("float32", "float64", "int32", "bool"),
  shape: fc.array(fc.constantFrom(0, 1, 2, 3, 5), { minLength: 1, maxLength: 3 }),
  dim: fc.nat(7),
  sizes: fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
  negated: fc.nat(7),
});

export function joined({ dtype, shape, dim, sizes, negated }: Join): Tensor {
  const d = dim % shape.length;
  const parts = sizes.map((size, k) => {
    const own = shape.map((n, i) => (i === d ? size : n));
    const n = own.reduce((a, b) => a * b, 1);
    const x = tensor(
      Float64Array.from({ length: n }, (_, i) => (k + i) % 7),
      { shape: own, dtype },
    );
    return (negated >> (k % 3)) & 1 ? x.eq(0).to(dtype) : x;
  });
  return cat([...parts, parts[0]!], d);
}
