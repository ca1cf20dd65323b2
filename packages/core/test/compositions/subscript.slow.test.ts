import { arange, grad, meshgrid, type Tensor, tensor } from "@chainrule/core";
import { lifted, methods } from "@chainrule/core/internal";
import { gradcheck } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";

const addAt = lifted(methods.addAt);

const ints = (...x: number[]) => tensor(x, { dtype: "int32" });
const bools = (...x: boolean[]) => tensor(x);

/** 0 … 23 as [2, 3, 4]: the element at (i, j, k) is 12i + 4j + k. */
const cube = () => arange(0, 24, 1, { dtype: "float64" }).reshape([2, 3, 4]);
const vector = (...x: number[]) => tensor(x, { dtype: "float64" });

type Index = Parameters<Tensor["at"]>;

/** An index, the shape it gives, and its first and last element. */
const reads: readonly (readonly [string, Index, readonly number[], readonly [number, number]])[] = [
  ["a number drops its axis", [1], [3, 4], [12, 23]],
  ["numbers count from the end", [-1, -1, -1], [], [23, 23]],
  ["a range keeps its axis", [":", "1:3"], [2, 2, 4], [4, 23]],
  ["a range has a step", [":", ":", "::2"], [2, 3, 2], [0, 22]],
  ["a range goes backwards", [0, 0, "::-1"], [4], [3, 0]],
  ["dots stand for what is left", ["...", 1], [2, 3], [1, 21]],
  ["null is a new axis", [null, 0, "...", null], [1, 3, 4, 1], [0, 11]],
  ["a tensor lists places", [":", ints(1, 0, -1)], [2, 3, 4], [4, 23]],
  ["tensors are read together", [ints(0, 1), ints(1, 2)], [2, 4], [4, 23]],
  ["tensors broadcast", [":", ints(0, 2).reshape([2, 1]), ints(0, 3)], [2, 2, 2], [0, 23]],
  ["tensors apart go in front", [ints(0, 1, 1), ":", ints(0, 0, 3)], [3, 3], [0, 23]],
  ["a mask keeps places", [":", bools(true, false, true)], [2, 2, 4], [0, 23]],
  ["a list names places", [":", [1, -1]], [2, 2, 4], [4, 23]],
  [
    "lists are read together",
    [
      [0, 1],
      [1, 2],
    ],
    [2, 4],
    [4, 23],
  ],
  ["a list of booleans keeps places", [":", [true, false, true]], [2, 2, 4], [0, 23]],
  ["an empty list names none", [[]], [0, 3, 4], [Number.NaN, Number.NaN]],
  ["a mask spans axes", [1, cube().at(0).gt(9.5)], [2], [22, 23]],
  ["a mask may keep nothing", [bools(false, false)], [0, 3, 4], [Number.NaN, Number.NaN]],
];

describe("at", () => {
  it.each(reads)("%s", (_, index, shape, [first, last]) => {
    const y = cube().at(...index);
    expect(y.shape).toEqual(shape);
    const elements = y.data();
    expect([elements.at(0) ?? Number.NaN, elements.at(-1) ?? Number.NaN]).toEqual([first, last]);
  });
  it.each(reads)("where %s, setAt and addAt write what at reads", (_, index, shape) => {
    const y = cube().setAt(index, -1);
    expect(y.at(...index).toArray()).toEqual(
      cube()
        .at(...index)
        .mul(0)
        .sub(1)
        .toArray(),
    );
    expect(y.ne(cube()).sum().item()).toBe(shape.reduce((a, b) => a * b, 1));
    const added = addAt(cube(), index, 0.5).sum().item();
    expect(added).toBe(276 + 0.5 * shape.reduce((a, b) => a * b, 1));
  });
  it.each(reads)("where %s, gradients are central differences", (_, index) => {
    gradcheck((x: Tensor) => x.at(...index), [cube()]);
    gradcheck((x: Tensor, v: Tensor) => x.setAt(index, v).square(), [cube(), vector(0.7).reshape([])]);
  });
  it("repeated places add up in addAt and in the gradient of at", () => {
    expect(addAt(vector(1, 2, 3), [ints(0, 0, 2)], vector(1, 1, 5)).toArray()).toEqual([3, 2, 8]);
    expect(grad((x: Tensor) => x.at(ints(0, 0, 2)).sum())(vector(1, 2, 3)).toArray()).toEqual([2, 0, 1]);
  });
  it("where places repeat, setAt keeps the last value, and only that one passes a gradient", () => {
    const f = (x: Tensor, v: Tensor) => x.setAt([ints(2, 0, -1)], v).square();
    expect(f(vector(1, 2, 3), vector(4, 5, 6)).toArray()).toEqual([25, 4, 36]);
    gradcheck(f, [vector(1, 2, 3), vector(4, 5, 6)]);
  });
  const refused: readonly (readonly [string, () => Tensor, RegExp])[] = [
    ["a place outside", () => cube().at(2), /index 2.*size 2/],
    ["a listed place outside, though another axis has room", () => cube().at(ints(0), ints(3)), /is 3/],
    ["too many indices", () => cube().at(0, 0, 0, 0), /4 indices for the 3 axes of \[2, 3, 4\]/],
    ["dots twice", () => cube().at("...", 0, "..."), /at most one/],
    ["a mask of another shape", () => cube().at(bools(true)), /\[1\].*\[2\]/],
    ["places that are no whole numbers", () => cube().at(vector(0)), /float64.*to\("int32"\)/],
    ["something else", () => cube().at("0" as never), /at: index "0" must be .*"1:3"/],
    [
      "a range as a list with null",
      () => cube().at([1, null] as never),
      /"1:3" for the range.*\[1, 3\] for the indices/,
    ],
    ["a value that does not broadcast", () => cube().setAt([0], vector(1, 2)), /\[2\].*\[3, 4\]/],
  ];
  it.each(refused)("%s is refused", (_, f, message) => {
    expect(() => f().data()).toThrow(message);
  });
});

describe("selections and placements", () => {
  const x = () => vector(0.5, -1.5, 2.5, 0.25, 3, -2).reshape([2, 3]);
  const results: readonly (readonly [string, (t: Tensor) => Tensor, unknown])[] = [
    ["maskedSelect", (t) => t.maskedSelect(t.detach().gt(0.3)), [0.5, 2.5, 3]],
    [
      "repeatInterleave",
      (t) => t.repeatInterleave(ints(2, 0), 0),
      [
        [0.5, -1.5, 2.5],
        [0.5, -1.5, 2.5],
      ],
    ],
    ["take", (t) => t.take(ints(-1, 0)), [-2, 0.5]],
    [
      "indexAdd",
      (t) => t.indexAdd(1, ints(0, 0), t.slice(1, 1)),
      [
        [1.5, -1.5, 2.5],
        [1.25, 3, -2],
      ],
    ],
    [
      "indexCopy",
      (t) => t.indexCopy(0, ints(1), t.slice(0, 0, 1)),
      [
        [0.5, -1.5, 2.5],
        [0.5, -1.5, 2.5],
      ],
    ],
    [
      "indexFill",
      (t) => t.indexFill(1, ints(0, 2), 9),
      [
        [9, -1.5, 9],
        [9, 3, 9],
      ],
    ],
    [
      "maskedScatter",
      (t) => t.maskedScatter(bools(true, false, true), t.flip([0, 1])),
      [
        [-2, -1.5, 3],
        [0.25, 3, 2.5],
      ],
    ],
    [
      "scatterReduce",
      (t) =>
        t.scatterReduce(0, tensor([[1, 1]], { dtype: "int32" }), t.slice(0, 0, 1).slice(1, 0, 2), "amax"),
      [
        [0.5, -1.5, 2.5],
        [0.5, 3, -2],
      ],
    ],
    [
      "rot90",
      (t) => t.rot90(),
      [
        [2.5, -2],
        [-1.5, 3],
        [0.5, 0.25],
      ],
    ],
    [
      "meshgrid",
      (t) => meshgrid([t.at(0), t.at(":", 1)])[1] as Tensor,
      [
        [-1.5, 3],
        [-1.5, 3],
        [-1.5, 3],
      ],
    ],
  ];
  it.each(results)("%s gives these elements, and central differences", (_, f, expected) => {
    expect(f(x()).toArray()).toEqual(expected);
    gradcheck(f, [x()]);
  });
  it("four quarter turns are none", () => {
    for (const k of [-5, -1, 0, 2, 3])
      expect(
        x()
          .rot90(k)
          .rot90(4 - k)
          .toArray(),
      ).toEqual(x().toArray());
  });
  it("nonzero, searchSorted and bincount count", () => {
    expect(x().gt(2).nonzero().toArray()).toEqual([
      [0, 2],
      [1, 1],
    ]);
    const sorted = vector(1, 2, 2, 3);
    expect(sorted.searchSorted(vector(2, 0, 9)).toArray()).toEqual([1, 0, 4]);
    expect(sorted.searchSorted(vector(2, 0, 9), { right: true }).toArray()).toEqual([3, 0, 4]);
    expect(ints(1, 3, 1).bincount(undefined, { minlength: 5 }).toArray()).toEqual([0, 2, 0, 1, 0]);
  });
  it("scatterReduce agrees with plain loops for every reduction", () => {
    const [index, src] = [
      [2, 0, 2, 2],
      [1.5, -2, 0.5, 3],
    ] as const;
    const own = [4, 5, -1];
    const folds = {
      sum: (v: number[]) => v.reduce((a, b) => a + b, 0),
      prod: (v: number[]) => v.reduce((a, b) => a * b, 1),
      mean: (v: number[]) => v.reduce((a, b) => a + b, 0) / v.length,
      amax: (v: number[]) => Math.max(...v),
      amin: (v: number[]) => Math.min(...v),
    };
    for (const [name, fold] of Object.entries(folds))
      for (const includeSelf of [true, false]) {
        const y = vector(...own).scatterReduce(
          0,
          ints(...index),
          vector(...src),
          name as keyof typeof folds,
          { includeSelf },
        );
        const expected = own.map((self, o) => {
          const met = src.filter((_, i) => index[i] === o);
          return met.length === 0 ? self : fold(includeSelf ? [self, ...met] : met);
        });
        expect(y.toArray()).toEqual(expected);
      }
  });
});

describe("products", () => {
  const a = () => vector(1, 2, 3, 4, 5, 7).reshape([2, 3]);
  const b = () => vector(-1, 0.5, 2, 1, 0, 3).reshape([2, 3]);
  it("tensordot is an einsum, kron is blocks, and a × b is orthogonal to both", () => {
    expect(
      a()
        .tensordot(b(), [[1], [1]])
        .toArray(),
    ).toEqual(a().matmul(b().transpose()).toArray());
    expect(a().tensordot(b()).item()).toBe(a().mul(b()).sum().item());
    expect(a().kron(b()).at("2:4", "0:3").toArray()).toEqual(b().mul(4).toArray());
    const c = a().cross(b());
    expect([...c.mul(a()).sum(1).data(), ...c.mul(b()).sum(1).data()]).toEqual([0, 0, 0, 0]);
  });
  it("matrixPower multiplies so many times", () => {
    const m = a().slice(1, 0, 2);
    for (const n of [0, 1, 2, 5]) {
      const product = Array.from({ length: n }, () => m).reduce((x, y) => x.matmul(y), m.matrixPower(0));
      expect(m.matrixPower(n).toArray()).toEqual(product.toArray());
    }
    expect(m.matrixPower(0).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });
  it("gradients are central differences", () => {
    for (const f of [
      (x: Tensor, y: Tensor) => x.kron(y),
      (x: Tensor, y: Tensor) => x.cross(y),
      (x: Tensor, y: Tensor) => x.inner(y),
      (x: Tensor, y: Tensor) => x.tensordot(y, 0),
    ])
      gradcheck(f, [a(), b()]);
    gradcheck((x: Tensor) => x.matrixPower(3), [vector(0.5, 0.2, -0.3, 0.9).reshape([2, 2])]);
  });
  it("sizes that do not meet are refused", () => {
    expect(() => a().tensordot(b(), 1)).toThrow(/\[2, 3\].*\[2, 3\].*equal sizes/);
    expect(() => a().cross(b(), 0)).toThrow(/size 3 along dim 0/);
    expect(() => a().matrixPower(2)).toThrow(/square/);
    expect(() => a().slice(1, 0, 2).matrixPower(-1)).toThrow(/-1/);
  });
});
