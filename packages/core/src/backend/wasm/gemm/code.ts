import { pushAddress } from "../assembler/address.ts";
import { FunctionBuilder, type OpName } from "../assembler/assembler.ts";
import { emitForRange } from "../assembler/loops.ts";

/** The facts of an element type that the GEMM emitters need. */
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

/** How kernels multiply and add: `relaxed` rounds once for both where the machine can, so that bits differ between machines. */
export interface GemmOps {
  readonly element: Element;
  readonly relaxed: boolean;
}

/** Indices of the functions that the GEMM functions call. */
export interface GemmKernels {
  readonly block: number;
  readonly packA: number;
  readonly packB: number;
  readonly packMappedA: number;
  readonly packMappedB: number;
  readonly rows: number;
  readonly columns: number;
}

/** The parameters of both GEMM functions, all i32. */
export const gemmParameters = [
  ...(["m", "n", "k"] as const),
  ...(["a", "aRow", "aCol"] as const),
  ...(["b", "bRow", "bCol"] as const),
  ...(["c", "cRow", "workspace"] as const),
] as const;

export type GemmParameters = Record<(typeof gemmParameters)[number], number>;

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

/** Pushes `base + Σ index · stride`, all of them locals. */
export const address = (
  f: FunctionBuilder,
  base: number,
  ...terms: (readonly [index: number, stride: number])[]
): FunctionBuilder =>
  pushAddress(
    f,
    base,
    terms.map(([index, stride]) => [index, { local: stride }]),
  );

/** Pushes `min(x, max)`, of a local and a constant. */
export const minimum = (f: FunctionBuilder, x: number, max: number): FunctionBuilder =>
  f.get(x).i32(max).get(x).i32(max).op("i32.lt_s").op("select");

/** `out ← min(limit − i, max)`. */
export function remaining(f: FunctionBuilder, out: number, limit: number, i: number, max: number): void {
  f.get(limit).get(i).op("i32.sub").set(out);
  minimum(f, out, max).set(out);
}

/** A loop over the blocks of one dimension. `index`, `limit` and `size` are locals: the first element, the end, the current size. */
export interface BlockLoop {
  readonly index: number;
  readonly limit: number;
  readonly block: number;
  readonly size: number;
}

export function emitBlockLoop(
  f: FunctionBuilder,
  { index, limit, block, size }: BlockLoop,
  body: () => void,
): void {
  emitForRange(f, index, limit, block, () => {
    remaining(f, size, limit, index, block);
    body();
  });
}

/** `n` pointers: `first`, `first + stride` …, where those from the `count`-th on repeat the last, so that nothing past it is read. */
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

/** Loads the vectors at `rows` into `vectors`. */
export function loadEach(
  f: FunctionBuilder,
  { log2 }: Element,
  rows: readonly number[],
  vectors: readonly number[],
): void {
  for (const [i, vector] of vectors.entries()) f.get(rows[i]!).op("v128.load", log2, 0).set(vector);
}

/** Loads the elements at `rows` into the lanes of `vector`. */
export function gather(f: FunctionBuilder, element: Element, rows: readonly number[], vector: number): void {
  for (const [lane, row] of rows.entries()) {
    if (lane === 0) f.get(row).op(element.loadZero, element.log2, 0).set(vector);
    else f.get(row).get(vector).op(element.loadLane, element.log2, 0, lane).set(vector);
  }
}

/** Transposes `rows`, one vector for each lane; returns the locals that hold the columns, in order. */
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
