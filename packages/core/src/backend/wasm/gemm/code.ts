import { FunctionBuilder, type OpName } from "../assembler/assembler.ts";

/** What the GEMM emitters need to know of an element type. */
export interface Element {
  readonly bytes: number;
  readonly log2: number;
  /** Elements in a vector. */
  readonly lanes: number;
  readonly loadSplat: OpName;
  readonly loadZero: OpName;
  readonly loadLane: OpName;
  readonly load: OpName;
  readonly store: OpName;
  readonly add: OpName;
  readonly vectorAdd: OpName;
  readonly vectorMul: OpName;
  readonly vectorMadd: OpName;
}

export type Float = "f32" | "f64";

export const elements: Record<Float, Element> = {
  f32: {
    bytes: 4,
    log2: 2,
    lanes: 4,
    loadSplat: "v128.load32_splat",
    loadZero: "v128.load32_zero",
    loadLane: "v128.load32_lane",
    load: "f32.load",
    store: "f32.store",
    add: "f32.add",
    vectorAdd: "f32x4.add",
    vectorMul: "f32x4.mul",
    vectorMadd: "f32x4.relaxed_madd",
  },
  f64: {
    bytes: 8,
    log2: 3,
    lanes: 2,
    loadSplat: "v128.load64_splat",
    loadZero: "v128.load64_zero",
    loadLane: "v128.load64_lane",
    load: "f64.load",
    store: "f64.store",
    add: "f64.add",
    vectorAdd: "f64x2.add",
    vectorMul: "f64x2.mul",
    vectorMadd: "f64x2.relaxed_madd",
  },
};

/** Rows of a tile. */
export const MR = 4;
/** Columns of a tile: two vectors. With the loads that V8 hoists, 4 × 2 accumulators are what 15 registers hold. */
export const columnsOf = (element: Element): number => 2 * element.lanes;

/** How kernels multiply and add; `relaxed` fuses the two where the machine can, and gives up identical bits. */
export interface GemmOps {
  readonly element: Element;
  readonly relaxed: boolean;
}

/** A function of i32 parameters without result, and its parameters by name. */
export function emitFunction<const Names extends readonly string[]>(
  names: Names,
): [FunctionBuilder, Record<Names[number], number>] {
  const f = new FunctionBuilder(
    names.map(() => "i32"),
    [],
  );
  const locals = Object.fromEntries(names.map((name, i) => [name, i]));
  return [f, locals as Record<Names[number], number>];
}

/** `sum ← sum + x · y` of vectors, rounded twice unless relaxed. */
export function multiplyAdd(
  f: FunctionBuilder,
  { element, relaxed }: GemmOps,
  sum: number,
  x: number,
  y: number,
): void {
  if (relaxed) f.get(x).get(y).get(sum).op(element.vectorMadd);
  else f.get(sum).get(x).get(y).op(element.vectorMul).op(element.vectorAdd);
  f.set(sum);
}

/** `local ← local + step`, where the step is a local. */
export const advance = (f: FunctionBuilder, local: number, step: number): FunctionBuilder =>
  f.get(local).get(step).op("i32.add").set(local);

/** `local ← local + step`, where the step is a constant. */
export const increase = (f: FunctionBuilder, local: number, step: number): FunctionBuilder =>
  f.get(local).i32(step).op("i32.add").set(local);

/** Pushes `base + Σ index · stride`, of locals. */
export function address(
  f: FunctionBuilder,
  base: number,
  ...terms: (readonly [number, number])[]
): FunctionBuilder {
  f.get(base);
  for (const [index, stride] of terms) f.get(index).get(stride).op("i32.mul").op("i32.add");
  return f;
}

/** Pushes `min(x, most)`, of a local and a constant. */
export const minimum = (f: FunctionBuilder, x: number, most: number): FunctionBuilder =>
  f.get(x).i32(most).get(x).i32(most).op("i32.lt_s").op("select");

/** `out ← min(limit − i, most)`. */
export function remaining(f: FunctionBuilder, out: number, limit: number, i: number, most: number): void {
  f.get(limit).get(i).op("i32.sub").set(out);
  minimum(f, out, most).set(out);
}

/** `for (i = 0; i < limit; i += step) body()`, of signed locals and a constant step. */
export function forRange(f: FunctionBuilder, i: number, limit: number, step: number, body: () => void): void {
  f.i32(0).set(i);
  f.block(() =>
    f.loop(() => {
      f.get(i).get(limit).op("i32.ge_s").brIf(1);
      body();
      increase(f, i, step).br(0);
    }),
  );
}

/** `do body() while (--count)`: no test before the first round, which a caller must know to exist. */
export function countDown(f: FunctionBuilder, count: number, body: () => void): void {
  f.loop(() => {
    body();
    f.get(count).i32(1).op("i32.sub").tee(count).brIf(0);
  });
}

/** `n` new locals: `first`, `first + stride` …, and from the `count`-th on the last of them again, so that nothing past it is read. */
export function pointers(
  f: FunctionBuilder,
  n: number,
  first: number,
  stride: number,
  count: number,
): readonly number[] {
  const list: number[] = [];
  for (let i = 0; i < n; i++) {
    const pointer = f.local("i32");
    f.get(list.at(-1) ?? first);
    if (i > 0) f.get(stride).i32(0).get(count).i32(i).op("i32.gt_s").op("select").op("i32.add");
    f.set(pointer);
    list.push(pointer);
  }
  return list;
}

/** Loads the vectors that `rows` point at, one into each of `vectors`. */
export function loadEach(
  f: FunctionBuilder,
  { log2 }: Element,
  rows: readonly number[],
  vectors: readonly number[],
): void {
  for (const [i, vector] of vectors.entries()) f.get(rows[i]!).op("v128.load", log2, 0).set(vector);
}

/** Loads the elements that `rows` point at, one into each lane of `vector`. */
export function gather(f: FunctionBuilder, element: Element, rows: readonly number[], vector: number): void {
  for (const [lane, row] of rows.entries()) {
    if (lane === 0) f.get(row).op(element.loadZero, element.log2, 0).set(vector);
    else f.get(row).get(vector).op(element.loadLane, element.log2, 0, lane).set(vector);
  }
}

/** Square transposition of `rows`, locals of one vector for each lane; gives the locals that hold the columns, in order. */
export function transpose(f: FunctionBuilder, element: Element, rows: readonly number[]): readonly number[] {
  /** x, y ← the low and the high halves of both, interleaved in units of `bytes`. */
  const interleave = (x: number, y: number, bytes: number) => {
    const lanes = (half: number) =>
      Array.from({ length: 16 }, (_, i) => {
        const unit = Math.floor(i / bytes);
        return half + 16 * (unit % 2) + bytes * Math.floor(unit / 2) + (i % bytes);
      });
    const low = f.local("v128");
    f.get(x)
      .get(y)
      .op("i8x16.shuffle", ...lanes(0))
      .set(low);
    f.get(x)
      .get(y)
      .op("i8x16.shuffle", ...lanes(8))
      .set(y);
    f.get(low).set(x);
  };
  const [a, b, c, d] = rows as [number, number, number, number];
  interleave(a, b, element.bytes);
  if (element.lanes === 2) return [a, b];
  interleave(c, d, element.bytes);
  interleave(a, c, 8);
  interleave(b, d, 8);
  return [a, c, b, d];
}
