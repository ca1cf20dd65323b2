import {
  arange,
  ChainruleError,
  type DType,
  eye,
  full,
  linspace,
  ones,
  permutation,
  rand,
  randint,
  randn,
  setDefaultDtype,
  type Tensor,
  tensor,
  zeros,
} from "@chainrule/core";
import { afterEach, describe, expect, it } from "vitest";

/** Every function that makes a tensor of a given size. */
const makers: Readonly<Record<string, (n: number) => Tensor>> = {
  tensor: (n) => tensor(new Float32Array(4), { shape: [n] }),
  full: (n) => full([2, n], 1),
  zeros: (n) => zeros([n]),
  "zeros, sizes one by one": (n) => zeros(n, 2),
  ones: (n) => ones([n, 2]),
  eye: (n) => eye(n),
  "eye, columns": (n) => eye(2, n),
  linspace: (n) => linspace(0, 1, n),
  rand: (n) => rand([n]),
  randn: (n) => randn([n]),
  randint: (n) => randint(0, 5, [n]),
  permutation: (n) => permutation(n),
};

/** Every function that takes a size, an offset or a count of an existing tensor. */
const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const takers: Readonly<Record<string, (n: number) => Tensor | readonly Tensor[]>> = {
  reshape: (n) => x.reshape([n, n]),
  expand: (n) => x.expand([n, 2, 3]),
  diagonal: (n) => x.diagonal(n),
  diagEmbed: (n) => x.diagEmbed(n),
  tril: (n) => x.tril(n),
  triu: (n) => x.triu(n),
  windows: (n) => x.windows(1, n),
  fold: (n) => x.fold(0, n),
  narrow: (n) => x.narrow(0, 0, n),
  select: (n) => x.select(0, n),
  split: (n) => x.split([n, 0]),
  chunk: (n) => x.chunk(n),
  repeat: (n) => x.repeat([n, 1]),
  roll: (n) => x.roll(n, 0),
  pad: (n) => x.pad([n, 0]),
  oneHot: (n) => tensor([0], { dtype: "int32" }).oneHot(n),
  repeatInterleave: (n) => x.repeatInterleave(n, 0),
  "repeatInterleave of a tensor": (n) => x.repeatInterleave(tensor([n, 2], { dtype: "float64" }), 0),
  bincount: (n) => tensor([0], { dtype: "int32" }).bincount(undefined, { minlength: n }),
};

const bad = [0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300];
const negative = Object.keys(makers).map((name) => [name, makers[name] as (n: number) => Tensor] as const);

/** What has nothing to do with it still works. */
const healthy = () => {
  const m = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect([m.matmul(m).sum().item(), zeros([3]).add(1).sum().item()]).toEqual([54, 3]);
};

describe("sizes, offsets and counts that are none", () => {
  const all = Object.entries({ ...makers, ...takers });
  it.each(all.flatMap(([name, f]) => bad.map((n) => [name, n, f] as const)))(
    "are refused by %s: %f",
    (_, n, f) => {
      expect(() => f(n)).toThrow(ChainruleError);
      healthy();
    },
  );
  it.each(negative)("are refused by %s where they are negative", (_, f) => {
    expect(() => f(-2)).toThrow(ChainruleError);
  });
  it("are refused where no loop or number counts them", () => {
    for (const f of [
      () => zeros([2 ** 31]),
      () => zeros([2 ** 30, 2 ** 30]),
      () => rand([2 ** 31]),
      () => eye(2 ** 32),
      () => arange(2 ** 40),
      () => linspace(0, 1, 2 ** 33),
      () => x.repeatInterleave(tensor([2 ** 30, 2 ** 30], { dtype: "int32" }), 0),
    ])
      expect(f).toThrow(ChainruleError);
    healthy();
  });
});

describe("shapes", () => {
  const of: Readonly<Record<string, (shape: number[]) => Tensor>> = {
    tensor: (shape) => tensor(new Float32Array(6), { shape }),
    full: (shape) => full(shape, 1),
    zeros: (shape) => zeros(shape),
    rand: (shape) => rand(shape),
    randn: (shape) => randn(shape),
    randint: (shape) => randint(0, 5, shape),
    reshape: (shape) => zeros([6]).reshape(shape),
    expand: (shape) => zeros([1, 3]).expand(shape),
  };
  it.each(Object.entries(of))("given to %s are copied", (_, f) => {
    const shape = [2, 3];
    const y = f(shape);
    shape[0] = 7;
    expect([y.shape, y.mul(1).data().length]).toEqual([[2, 3], 6]);
    expect(Object.isFrozen(shape)).toBe(false);
  });
  it.each(Object.entries(of))("of what %s makes cannot be changed", (_, f) => {
    expect(() => (f([2, 3]).shape as number[]).push(4)).toThrow(TypeError);
  });
});

describe("intervals", () => {
  const ends = [
    [0, 1],
    [0, 99.78730976641236],
    [0, Math.PI],
    [-8e307, 8e307],
    [3, -7.1],
    [1e-300, 2e-300],
  ] as const;
  it.each(ends)("from %f to %f end where they should for every number of steps", (a, b) => {
    for (let n = 2; n < 60; n++) {
      const y = linspace(a, b, n, { dtype: "float64" }).data();
      expect([y[0], y[n - 1]]).toEqual([a, b]);
      expect(linspace(a, b, n).data().at(-1)).toBe(Math.fround(b));
    }
  });
  it("longer than float64 reaches are refused", () => {
    expect(() => linspace(-1e308, 1e308, 3)).toThrow(/linspace: from .*finite/);
    expect(() => linspace(0, Number.NaN, 3)).toThrow(ChainruleError);
  });
  it("are in equal steps, to the last digit of double precision", () => {
    const y = linspace(-2, 5, 36, { dtype: "float64" }).data();
    for (const [i, e] of y.entries()) expect(Math.abs(e - (-2 + i / 5))).toBeLessThan(2e-15);
  });
  it("count on in float64", () => {
    const y = arange(0, 1, 0.1, { dtype: "float64" }).data();
    expect([...y]).toEqual(Array.from({ length: 10 }, (_, i) => i * 0.1));
    expect(arange(2 ** 53 - 3, 2 ** 53 - 1, 1, { dtype: "float64" }).toArray()).toEqual([
      2 ** 53 - 3,
      2 ** 53 - 2,
    ]);
  });
  it("beyond int32 are refused in it", () => {
    expect(() => arange(0, 4e9, 1e9, { dtype: "int32" })).toThrow(/arange: int32 does not hold.*float64/);
    expect(arange(0, 3e9, 1e9, { dtype: "float64" }).toArray()).toEqual([0, 1e9, 2e9]);
  });
});

describe("random whole numbers", () => {
  const refused: readonly (readonly [DType, number, number])[] = [
    ["int32", 0, 2 ** 40],
    ["int32", -(2 ** 31) - 1, 0],
    ["bool", 0, 3],
    ["float32", 0, 2 ** 25],
    ["float64", 0, 2 ** 60],
  ];
  it.each(refused)("that %s does not hold are refused: [%f, %f)", (dtype, low, high) => {
    expect(() => randint(low, high, [2], { dtype })).toThrow(/randint: .*(represent|2⁵²)/);
  });
  it("reach over all that a dtype holds", () => {
    const wide = randint(-(2 ** 31), 2 ** 31, [1000]).data();
    expect([Math.min(...wide) < -2e9, Math.max(...wide) > 2e9]).toEqual([true, true]);
    const far = randint(0, 2 ** 40, [1000]);
    expect([far.dtype, new Set(far.data()).size > 990]).toEqual(["float64", true]);
  });
});

describe("the default dtype", () => {
  afterEach(() => setDefaultDtype("float32"));
  const real: Readonly<Record<string, () => Tensor>> = {
    "tensor of numbers": () => tensor([0.1]),
    "tensor of nothing": () => tensor([]),
    full: () => full([1], 0.1),
    zeros: () => zeros([1]),
    ones: () => ones([1]),
    eye: () => eye(1),
    arange: () => arange(1),
    linspace: () => linspace(0, 1, 2),
    rand: () => rand([1]),
    randn: () => randn([1]),
    "a function of whole numbers": () => tensor([1], { dtype: "int32" }).exp(),
    "a quotient of whole numbers": () => tensor([1], { dtype: "int32" }).div(3),
    "a mean of whole numbers": () => tensor([1, 2], { dtype: "int32" }).mean(),
    "a fraction beside whole numbers": () => tensor([1], { dtype: "int32" }).add(0.5),
  };
  it.each(Object.entries(real))("is that of %s", (_, f) => {
    const before = f().dtype;
    setDefaultDtype("float64");
    expect([before, f().dtype]).toEqual(["float32", "float64"]);
  });
  it("is not that of what speaks for itself", () => {
    setDefaultDtype("float64");
    expect([
      tensor(new Float32Array(1)).dtype,
      tensor([true]).dtype,
      tensor(new Uint8Array(1)).dtype,
      randint(0, 2, [1]).dtype,
      zeros([1], { dtype: "float32" }).dtype,
      tensor([1], { dtype: "float32" }).add(0.1).dtype,
    ]).toEqual(["float32", "bool", "int32", "int32", "float32", "float32"]);
  });
});
