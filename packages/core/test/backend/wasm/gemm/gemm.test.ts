import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Float, gemmModule, KC, workspaceBytes } from "../../../../src/backend/wasm/gemm/gemm.ts";

const memory = new WebAssembly.Memory({ initial: 64 });
const buffer = memory.buffer as ArrayBuffer;
const floats: readonly Float[] = ["f32", "f64"];
const kinds = {
  f32: { bytes: 4, array: Float32Array, round: Math.fround },
  f64: { bytes: 8, array: Float64Array, round: (x: number) => x },
};

type Kernel = (...args: number[]) => void;
type Numbers = readonly number[] | Float32Array | Float64Array;
const instanceOf = (type: Float) => new WebAssembly.Instance(gemmModule(type), { env: { memory } });
const instances = { f32: instanceOf("f32"), f64: instanceOf("f64") };
const gemm = (type: Float) => instances[type].exports.strided as Kernel;

/** Element (i, j) of an operand stands at i · row + j · col. */
interface Layout {
  readonly row: number;
  readonly col: number;
}
interface Product {
  readonly type: Float;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Layout;
  readonly b: Layout;
  /** Elements between the rows of C. */
  readonly gap: number;
}

/** Every element that no operand owns is NaN, so that reading it shows. */
function place(type: Float, m: number, n: number, k: number) {
  const { bytes, array } = kinds[type];
  const all = new array(buffer);
  all.fill(Number.NaN);
  let next = (64 + workspaceBytes(type, m, n, k)) / bytes;
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32 - 0.5;
  };
  const take = (size: number): number => {
    const at = next;
    for (let i = 0; i < size; i++) all[at + i] = random();
    next += size + 9;
    return at;
  };
  return { all, bytes, take };
}

const sizeOf = (rows: number, cols: number, { row, col }: Layout) =>
  rows && cols ? (rows - 1) * row + (cols - 1) * col + 1 : 0;

/** Runs the kernel, and the definition of its result in plain loops; gives both, with what stands between the rows of C. */
function both({ type, m, n, k, a, b, gap }: Product) {
  const { round } = kinds[type];
  const { all, bytes, take } = place(type, m, n, k);
  const [atA, atB] = [take(sizeOf(m, k, a)), take(sizeOf(k, n, b))];
  const row = n + gap;
  const atC = take(m * row);
  const expected = Array.from(all.subarray(atC, atC + m * row));
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let c = 0;
      for (let l = 0; l < k; l += KC) {
        let sum = 0;
        for (let q = l; q < Math.min(k, l + KC); q++) {
          const [x, y] = [all[atA + i * a.row + q * a.col], all[atB + q * b.row + j * b.col]];
          sum = round(sum + round((x as number) * (y as number)));
        }
        c = round(c + sum);
      }
      expected[i * row + j] = c;
    }
  gemm(type)(...[m, n, k, atA * bytes, a.row, a.col, atB * bytes, b.row, b.col], ...[atC * bytes, row, 64]);
  return { actual: Array.from(all.subarray(atC, atC + m * row)), expected, after: all[atC + m * row] };
}

/** Compares to the bit; on as many numbers `toEqual` takes seconds. */
function expectSame(actual: Numbers, expected: Numbers): void {
  expect(actual.length).toBe(expected.length);
  const at = actual.findIndex((x, i) => !Object.is(x, expected[i]));
  expect({ at, actual: actual[at], expected: expected[at] }).toEqual({ at: -1 });
}

function expectExact(product: Product): void {
  const { actual, expected, after } = both(product);
  expectSame(actual, expected);
  expect(after).toBeNaN();
}

const rowMajor = (cols: number): Layout => ({ row: cols, col: 1 });
const columnMajor = (rows: number): Layout => ({ row: 1, col: rows });

const size = fc.oneof(
  { weight: 4, arbitrary: fc.nat(20) },
  fc.constantFrom(0, 1, 10, 31, 32, 33, 61, 64, 65, 70, 127, 131),
);
const depth = fc.oneof(size, fc.constantFrom(KC - 1, KC, KC + 1, 2 * KC + 3));
const layoutOf = (rows: number, cols: number) =>
  fc.constantFrom<Layout>(
    rowMajor(cols),
    columnMajor(rows),
    { row: cols + 3, col: 1 },
    { row: 1, col: rows + 2 },
    { row: 2 * cols + 1, col: 2 },
    { row: 0, col: 1 },
    { row: 1, col: 0 },
    { row: 0, col: 0 },
  );
const products: fc.Arbitrary<Product> = fc.record({ m: size, n: size, k: depth }).chain(({ m, n, k }) =>
  fc.record({
    type: fc.constantFrom(...floats),
    m: fc.constant(m),
    n: fc.constant(n),
    k: fc.constant(k),
    a: layoutOf(m, k),
    b: layoutOf(k, n),
    gap: fc.nat(2),
  }),
);

/** "5x9x3 …" as lists of m, n and k. */
const shapes = (text: string) =>
  text.split(" ").map((shape) => shape.split("x").map(Number) as [number, number, number]);

describe("gemm", () => {
  it("is to the bit the sum in the order of k, blocks of KC added, whatever the shape and the strides", () => {
    fc.assert(fc.property(products, expectExact), { numRuns: 600 });
  });

  const tall = "569x1x30 30x1x569 1x1x569 1x2100x5 2100x1x5 1x10x784 128x10x784 127x61x131 9x530x7 140x9x300";
  it.each(floats.flatMap((type) => shapes(tall).map((shape) => [type, ...shape] as const)))(
    "%s [%d, %d] with inner size %d, in all four orders of the operands",
    (type, m, n, k) => {
      for (const a of [rowMajor(k), columnMajor(m)])
        for (const b of [rowMajor(n), columnMajor(k)]) expectExact({ type, m, n, k, a, b, gap: 0 });
    },
  );

  it.each(floats)("%s gives the same rows and columns when they are worked out apart", (type) => {
    const [m, n, k] = [70, 45, 300];
    const { all, bytes, take } = place(type, m, n, k);
    const [a, b, c, parts] = [take(m * k), take(k * n), take(m * n), take(m * n)];
    const part = (to: number, i: number, rows: number, j: number, cols: number) =>
      gemm(type)(
        ...[rows, cols, k, (a + i * k) * bytes, k, 1, (b + j) * bytes, n, 1],
        ...[(to + i * n + j) * bytes, n, 64],
      );
    part(c, 0, m, 0, n);
    for (const [i, rows] of [
      [0, 1],
      [1, 40],
      [41, 29],
    ] as const)
      for (const [j, cols] of [
        [0, 44],
        [44, 1],
      ] as const)
        part(parts, i, rows, j, cols);
    expect(all.subarray(parts, parts + m * n)).toEqual(all.subarray(c, c + m * n));
  });

  it.each(floats)("%s reads no further than 28 bytes past the operands", (type) => {
    const { bytes, array } = kinds[type];
    for (const [m, n, k] of shapes("5x1x7 1x5x7 3x9x5 40x9x5 40x33x3"))
      for (const b of [rowMajor(n), columnMajor(k)]) {
        const end = buffer.byteLength - bytes * Math.floor(28 / bytes);
        const at = end - k * n * bytes;
        const c = 64 + workspaceBytes(type, m, n, k);
        const a = c + m * n * bytes;
        new array(buffer, a, m * k).fill(1);
        new array(buffer, at, k * n).fill(2);
        gemm(type)(m, n, k, a, k, 1, at, b.row, b.col, c, n, 64);
        gemm(type)(n, m, k, at, b.col, b.row, a, 1, k, c, m, 64);
        expect(new Set(new array(buffer, c, m * n))).toEqual(new Set([2 * k]));
      }
  });

  it.each(floats)("%s keeps NaN, infinities and the sign of zero where they belong", (type) => {
    const { all, bytes, take } = place(type, 5, 9, 1);
    const [a, b, c] = [take(5), take(9), take(45)];
    all.set([1, Number.NaN, Infinity, -1, 0], a);
    all.set([1, 0, -2, 3, 4, 5, 6, 7, 8], b);
    gemm(type)(5, 9, 1, a * bytes, 1, 1, b * bytes, 9, 1, c * bytes, 9, 64);
    const row = (i: number) => Array.from(all.subarray(c + 9 * i, c + 9 * i + 4));
    expect(row(0)).toEqual([1, 0, -2, 3]);
    expect(row(1)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(row(2)).toEqual([Infinity, Number.NaN, -Infinity, Infinity]);
    expect(row(3)).toEqual([-1, 0, 2, -3]);
  });
});

describe("a vector times a slice of a matrix larger than the caches", () => {
  it.each([
    ["rows", 500, 10_000, 1000, 1],
    ["columns", 50, 100_000, 1, 200_000],
  ])("reads no more than its %s where memory ends with them", (_, n, k, row, col) => {
    const length = sizeOf(k, n, { row, col });
    const x = (64 + workspaceBytes("f32", 1, n, k)) / 4;
    const y = x + k + 8;
    const pages = Math.ceil((4 * (y + n + 8 + length)) / 65536);
    const memory = new WebAssembly.Memory({ initial: pages });
    const all = new Float32Array(memory.buffer as ArrayBuffer);
    const b = all.length - 7 - length;
    const { strided } = new WebAssembly.Instance(gemmModule("f32"), { env: { memory } }).exports;
    all[x + k - 1] = 3;
    all[b + length - 1] = 2;
    (strided as Kernel)(1, n, k, 4 * x, k, 1, 4 * b, row, col, 4 * y, n, 64);
    expect(all[y + n - 1]).toBe(6);
  });
});

describe("gemm of mapped operands", () => {
  /** Steps from each place to the next, as axes within axes make them: runs of the same step, and jumps between them. */
  const stepsOf = (size: number) =>
    fc
      .tuple(
        fc.constantFrom(0, 1, 1, 1, 2, -1),
        fc.constantFrom(1, 2, 3, 5, 14),
        fc.integer({ min: -3, max: 9 }),
      )
      .map(([step, run, jump]) => {
        const places = [0];
        for (let i = 1; i < size; i++) places.push((places[i - 1] as number) + (i % run === 0 ? jump : step));
        const least = Math.min(...places);
        return places.map((place) => place - least);
      });
  const lists = fc
    .record({
      type: fc.constantFrom(...floats),
      m: size,
      n: size,
      k: fc.oneof(fc.nat(20), fc.constantFrom(KC, KC + 9)),
    })
    .chain(({ type, m, n, k }) =>
      fc.tuple(fc.constant(type), stepsOf(m), stepsOf(k), stepsOf(k), stepsOf(n)),
    );

  it("is to the bit the product of what stands at the places", () => {
    fc.assert(
      fc.property(lists, ([type, aRow, aCol, bRow, bCol]) => {
        const [m, n, k] = [aRow.length, bCol.length, aCol.length];
        const { all, bytes, take } = place(type, m, n, k);
        const words = new Int32Array(buffer);
        const furthest = (list: readonly number[]) => Math.max(0, ...list);
        const a = take(furthest(aRow) + furthest(aCol) + 1);
        const b = take(furthest(bRow) + furthest(bCol) + 1);
        const [plainA, plainB] = [take(m * k), take(k * n)];
        for (let q = 0; q < k; q++) {
          for (let i = 0; i < m; i++) all[plainA + i * k + q] = all[a + aRow[i]! + aCol[q]!]!;
          for (let j = 0; j < n; j++) all[plainB + q * n + j] = all[b + bRow[q]! + bCol[j]!]!;
        }
        const [expected, actual] = [take(m * n), take(m * n)];
        const listed = [aRow, aCol, bRow, bCol].map((list) => {
          const at = (take(list.length + 4) * bytes) / 4;
          list.forEach((to, i) => {
            words[at + i] = to * bytes;
          });
          for (let i = 0; i < 3; i++) words[at + list.length + i] = ((list.at(-1) ?? 0) + i + 1) * bytes;
          return 4 * at;
        }) as [number, number, number, number];
        gemm(type)(...[m, n, k, plainA * bytes, k, 1, plainB * bytes, n, 1, expected * bytes, n, 64]);
        const [ra, ca, rb, cb] = listed;
        (instances[type].exports.mapped as Kernel)(
          ...[m, n, k, a * bytes, ra, ca, b * bytes, rb, cb, actual * bytes, n, 64],
        );
        expectSame(all.subarray(actual, actual + m * n), all.subarray(expected, expected + m * n));
      }),
      { numRuns: 400 },
    );
  });
});

describe("gemmModule", () => {
  it("compiles once for each kind", () => {
    expect(gemmModule("f32")).toBe(gemmModule("f32"));
    expect(gemmModule("f32")).not.toBe(gemmModule("f64"));
  });

  it("relaxed, is right up to rounding, fused or not", () => {
    const { exports } = new WebAssembly.Instance(gemmModule("f64", true), { env: { memory } });
    const [m, n, k] = [6, 11, 40];
    const { all, bytes, take } = place("f64", m, n, k);
    const [a, b, c, strict] = [take(m * k), take(k * n), take(m * n), take(m * n)];
    (exports.strided as Kernel)(m, n, k, a * bytes, k, 1, b * bytes, n, 1, c * bytes, n, 64);
    gemm("f64")(m, n, k, a * bytes, k, 1, b * bytes, n, 1, strict * bytes, n, 64);
    for (let i = 0; i < m * n; i++) expect(Math.abs(all[c + i]! - all[strict + i]!)).toBeLessThan(1e-14);
  });
});
