import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FunctionBuilder, ModuleBuilder } from "../src/backend/wasm/assembler.ts";
import {
  emitGemm,
  type Float,
  gemmModule,
  importGemm,
  KC,
  workspaceBytes,
} from "../src/backend/wasm/gemm.ts";

const memory = new WebAssembly.Memory({ initial: 64 });
const buffer = memory.buffer as ArrayBuffer;
const floats: readonly Float[] = ["f32", "f64"];
const kinds = {
  f32: { bytes: 4, array: Float32Array, round: Math.fround },
  f64: { bytes: 8, array: Float64Array, round: (x: number) => x },
};

type Kernel = (...args: number[]) => void;
const instanceOf = (type: Float) => new WebAssembly.Instance(gemmModule(type), { env: { memory } });
const instances = { f32: instanceOf("f32"), f64: instanceOf("f64") };
const gemm = (type: Float) => instances[type].exports.gemm as Kernel;

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
  readonly accumulate: boolean;
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
function both({ type, m, n, k, a, b, gap, accumulate }: Product) {
  const { round } = kinds[type];
  const { all, bytes, take } = place(type, m, n, k);
  const [atA, atB] = [take(sizeOf(m, k, a)), take(sizeOf(k, n, b))];
  const row = n + gap;
  const atC = take(m * row);
  const expected = Array.from(all.subarray(atC, atC + m * row));
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let c = accumulate ? (expected[i * row + j] as number) : 0;
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
  gemm(type)(
    ...[m, n, k, atA * bytes, a.row, a.col, atB * bytes, b.row, b.col],
    ...[atC * bytes, row, Number(accumulate), 64],
  );
  return { actual: Array.from(all.subarray(atC, atC + m * row)), expected, after: all[atC + m * row] };
}

function expectExact(product: Product): void {
  const { actual, expected, after } = both(product);
  expect(actual).toEqual(expected);
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
    accumulate: fc.boolean(),
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
        for (const b of [rowMajor(n), columnMajor(k)])
          expectExact({ type, m, n, k, a, b, gap: 0, accumulate: false });
    },
  );

  it.each(floats)("%s gives the same rows and columns when they are worked out apart", (type) => {
    const [m, n, k] = [70, 45, 300];
    const { all, bytes, take } = place(type, m, n, k);
    const [a, b, c, parts] = [take(m * k), take(k * n), take(m * n), take(m * n)];
    const part = (to: number, i: number, rows: number, j: number, cols: number) =>
      gemm(type)(
        ...[rows, cols, k, (a + i * k) * bytes, k, 1, (b + j) * bytes, n, 1],
        ...[(to + i * n + j) * bytes, n, 0, 64],
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
        gemm(type)(m, n, k, a, k, 1, at, b.row, b.col, c, n, 0, 64);
        gemm(type)(n, m, k, at, b.col, b.row, a, 1, k, c, m, 0, 64);
        expect(new Set(new array(buffer, c, m * n))).toEqual(new Set([2 * k]));
      }
  });

  it.each(floats)("%s keeps NaN, infinities and the sign of zero where they belong", (type) => {
    const { all, bytes, take } = place(type, 5, 9, 1);
    const [a, b, c] = [take(5), take(9), take(45)];
    all.set([1, Number.NaN, Infinity, -1, 0], a);
    all.set([1, 0, -2, 3, 4, 5, 6, 7, 8], b);
    gemm(type)(5, 9, 1, a * bytes, 1, 1, b * bytes, 9, 1, c * bytes, 9, 0, 64);
    const row = (i: number) => Array.from(all.subarray(c + 9 * i, c + 9 * i + 4));
    expect(row(0)).toEqual([1, 0, -2, 3]);
    expect(row(1)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(row(2)).toEqual([Infinity, Number.NaN, -Infinity, Infinity]);
    expect(row(3)).toEqual([-1, 0, 2, -3]);
  });
});

describe("a driver with its own pack functions", () => {
  /** Packs the elements f(row, column) = (base + 7 · row + column) mod 16, which stand nowhere in memory, element by element. */
  function packIota(type: Float, width: number, laneIsRow: boolean): FunctionBuilder {
    const f = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "i32"], []);
    const [to, base, first, count, k0, k] = [0, 1, 2, 3, 4, 5];
    const [i, j] = [f.local("i32"), f.local("i32")];
    const [lane, step] = laneIsRow ? [7, 1] : [1, 7];
    const nest = (counter: number, limit: number, body: () => void) => {
      f.i32(0).set(counter);
      f.block(() =>
        f.loop(() => {
          f.get(counter).get(limit).op("i32.ge_s").brIf(1);
          body();
          f.get(counter).i32(1).op("i32.add").set(counter).br(0);
        }),
      );
    };
    nest(i, count, () =>
      nest(j, k, () => {
        f.get(i).i32(width).op("i32.div_s").i32(width).op("i32.mul").get(k).op("i32.mul");
        f.get(j).i32(width).op("i32.mul").op("i32.add").get(i).i32(width).op("i32.rem_s").op("i32.add");
        f.i32(kinds[type].bytes).op("i32.mul").get(to).op("i32.add").get(base);
        f.get(first).get(i).op("i32.add").i32(lane).op("i32.mul").op("i32.add");
        f.get(k0).get(j).op("i32.add").i32(step).op("i32.mul").op("i32.add").i32(15).op("i32.and");
        f.op(`${type}.convert_i32_s`).op(`${type}.store`, 2, 0);
      }),
    );
    return f;
  }

  it.each(
    floats.flatMap(
      (type) =>
        [
          [type, true, false],
          [type, false, true],
          [type, true, true],
        ] as const,
    ),
  )("%s computes with A packed by it: %s, B: %s", (type, ownA, ownB) => {
    const module = new ModuleBuilder();
    module.importMemory("env", "memory", false);
    const kernels = importGemm(module, type);
    const packA = ownA ? module.func(packIota(type, 4, true)) : undefined;
    const packB = ownB ? module.func(packIota(type, type === "f32" ? 8 : 4, false)) : undefined;
    module.func(emitGemm(type, kernels, { packA, packB }), "gemm");
    const own = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), {
      env: { memory },
      [`gemm.${type}`]: instances[type].exports,
    }).exports.gemm as Kernel;

    for (const [m, n, k] of shapes("1x1x1 5x9x3 131x10x300 1x70x20 33x600x5")) {
      const { all, bytes, take } = place(type, m, n, k);
      const [a, b, c, expected] = [take(m * k), take(k * n), take(m * n), take(m * n)];
      const iota = (at: number, rows: number, cols: number, base: number) => {
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < cols; j++) all[at + i * cols + j] = (base + 7 * i + j) % 16;
      };
      iota(a, m, k, 3);
      iota(b, k, n, 5);
      const operandA = ownA ? [3] : [a * bytes, k, 1];
      const operandB = ownB ? [5] : [b * bytes, n, 1];
      own(m, n, k, ...operandA, ...operandB, c * bytes, n, 0, 64);
      gemm(type)(m, n, k, a * bytes, k, 1, b * bytes, n, 1, expected * bytes, n, 0, 64);
      expect(all.subarray(c, c + m * n)).toEqual(all.subarray(expected, expected + m * n));
    }
  });
});

describe("gemmModule", () => {
  it("compiles once for each kind", () => {
    expect(gemmModule("f32")).toBe(gemmModule("f32"));
    expect(gemmModule("f32")).not.toBe(gemmModule("f64"));
  });

  it("works on shared memory", () => {
    const shared = new WebAssembly.Memory({ initial: 2, maximum: 4, shared: true });
    const { exports } = new WebAssembly.Instance(gemmModule("f32", { shared: true }), {
      env: { memory: shared },
    });
    const data = new Float32Array(shared.buffer, 65536);
    data.set([1, 2, 3, 4, 5, 6, 7, 8]);
    (exports.gemm as Kernel)(2, 2, 2, 65536, 2, 1, 65552, 2, 1, 65568, 2, 0, 64);
    expect([...data.subarray(8, 12)]).toEqual([19, 22, 43, 50]);
  });

  it("relaxed, is right up to rounding, fused or not", () => {
    const { exports } = new WebAssembly.Instance(gemmModule("f64", { relaxed: true }), { env: { memory } });
    const [m, n, k] = [6, 11, 40];
    const { all, bytes, take } = place("f64", m, n, k);
    const [a, b, c, strict] = [take(m * k), take(k * n), take(m * n), take(m * n)];
    (exports.gemm as Kernel)(m, n, k, a * bytes, k, 1, b * bytes, n, 1, c * bytes, n, 0, 64);
    gemm("f64")(m, n, k, a * bytes, k, 1, b * bytes, n, 1, strict * bytes, n, 0, 64);
    for (let i = 0; i < m * n; i++) expect(Math.abs(all[c + i]! - all[strict + i]!)).toBeLessThan(1e-14);
  });
});
