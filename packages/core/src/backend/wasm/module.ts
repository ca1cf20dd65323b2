import type { Buffer } from "../../lower/kernel.ts";
import { buffersOf } from "../../lower/plan.ts";
import {
  bytesOf,
  type Kernel,
  type Product,
  type ProductAxis,
  type Program,
  type Recur,
  type Scatter,
} from "../../lower/program.ts";
import { stridesOf } from "../../shape.ts";
import { FunctionBuilder, ModuleBuilder, type OpName, type ValType } from "./assembler.ts";
import type { Surroundings } from "./body.ts";
import { emitNest } from "./nest.ts";

/** The table that a program is run on: two words for faults, the address of the workspace, then that of each buffer. */
export const tableWords = (program: Program): number => 3 + program.buffers.length;
export const addressWord = (buffer: Buffer): number => 3 + buffer.id;
export const workspaceWord = 2;

type Base = (buffer: Buffer) => number;

/** Opens a loop that counts `i` from 0 below `size`. */
function counted(f: FunctionBuilder, size: number, body: (i: number) => void): void {
  if (size === 0) return;
  const i = f.local("i32");
  f.i32(0).set(i);
  f.loop(() => {
    body(i);
    f.get(i).i32(1).op("i32.add").tee(i).i32(size).op("i32.lt_s").brIf(0);
  });
}

/** Opens a loop for each size, the last innermost. */
function nested(
  f: FunctionBuilder,
  sizes: readonly number[],
  body: (counters: readonly number[]) => void,
  done: readonly number[] = [],
): void {
  if (done.length === sizes.length) return body(done);
  counted(f, sizes[done.length] as number, (i) => nested(f, sizes, body, [...done, i]));
}

/** Puts base + Σ counter·step·bytes on the stack. */
function pushPlace(
  f: FunctionBuilder,
  base: number,
  counters: readonly number[],
  steps: readonly number[],
  bytes: number,
  start = 0,
): void {
  f.get(base)
    .i32(start * bytes)
    .op("i32.add");
  counters.forEach((c, k) => {
    if (steps[k] !== 0)
      f.get(c)
        .i32((steps[k] as number) * bytes)
        .op("i32.mul")
        .op("i32.add");
  });
}

const one: ProductAxis = { size: 1, a: 0, b: 0, c: 1 };

/** A product seen from the other side: Cᵀ = Bᵀ·Aᵀ. */
const transposed = (p: Product): Product => {
  const swap = (axes: readonly ProductAxis[]) => axes.map((x) => ({ ...x, a: x.b, b: x.a }));
  return { ...p, a: p.b, b: p.a, batch: swap(p.batch), ms: swap(p.ns), ns: swap(p.ms), ks: swap(p.ks) };
};

/** The product as the matrix kernel takes it: the columns of the result lie side by side. */
function oriented(p: Product): Product {
  const side = (axes: readonly ProductAxis[]) => axes.some((x) => x.c === 1 && x.size > 1);
  return !side(p.ns) && side(p.ms) ? transposed(p) : p;
}

/** Calls the matrix kernel for every point of the axes that it does not take itself. */
function emitProduct(f: FunctionBuilder, given: Product, base: Base, gemm: number): void {
  const p = oriented(given);
  const bytes = bytesOf[p.out.dtype];
  const nPlace = Math.max(
    0,
    p.ns.findIndex((x) => x.c === 1),
  );
  const n = p.ns[nPlace]?.c === 1 ? (p.ns[nPlace] as ProductAxis) : one;
  const widest = (axes: readonly ProductAxis[]) => axes.reduce((w, x) => (x.size > w.size ? x : w), one);
  const m = widest(p.ms);
  const k = widest(p.ks);
  const free = [...p.batch, ...p.ms.filter((x) => x !== m), ...p.ns.filter((x) => x !== n)];
  const sums = p.ks.filter((x) => x !== k);
  const [a, b, c] = [base(p.a.buffer), base(p.b.buffer), base(p.out)];
  const loops = [...free, ...sums];
  const sizes = loops.map((x) => x.size);
  nested(f, sizes, (counters) => {
    const place = (from: number, operand: "a" | "b" | "c", start = 0) => {
      const steps = loops.map((x) => x[operand]);
      pushPlace(f, from, counters, steps, bytes, start);
    };
    f.i32(m.size).i32(n.size).i32(k.size);
    place(a, "a", p.a.start);
    f.i32(m.a).i32(k.a);
    place(b, "b", p.b.start);
    f.i32(k.b).i32(n.b);
    place(c, "c");
    f.i32(m === one ? n.size : m.c);
    f.i32(0);
    for (const i of counters.slice(free.length)) f.get(i).op("i32.or");
    f.i32(0).op("i32.ne");
    f.get(0)
      .op("i32.load", 2, 4 * workspaceWord)
      .call(gemm);
  });
}

/** Copies x and then adds or writes src at the places that the index names. */
function emitScatter(f: FunctionBuilder, s: Scatter, base: Base): void {
  const { dtype } = s.out;
  const bytes = bytesOf[dtype];
  const [out, x, index, src] = [base(s.out), base(s.x), base(s.index), base(s.src)];
  f.get(out)
    .get(x)
    .i32(s.out.size * bytes)
    .op("memory.copy");
  const strides = stridesOf(s.shape);
  const own = stridesOf(s.indexShape);
  const [at, to, from] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const prefix = dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : "i32";
  const narrow = dtype === "bool";
  const load = (narrow ? "i32.load8_u" : `${prefix}.load`) as OpName;
  nested(f, s.indexShape, (counters) => {
    pushPlace(f, index, counters, own, 4);
    f.op("i32.load", 2, 0)
      .set(at)
      .get(at)
      .i32(s.shape[s.dim] as number)
      .op("i32.lt_u");
    f.if(
      () => {
        pushPlace(
          f,
          out,
          counters,
          strides.map((n, d) => (d === s.dim ? 0 : n)),
          bytes,
        );
        f.get(at)
          .i32((strides[s.dim] as number) * bytes)
          .op("i32.mul")
          .op("i32.add")
          .set(to);
        pushPlace(f, src, counters, own, bytes);
        f.set(from).get(to).get(from).op(load, Math.log2(bytes), 0);
        if (s.mode === "scatterAdd")
          f.get(to)
            .op(load, Math.log2(bytes), 0)
            .op(`${prefix}.add` as OpName);
        f.op((narrow ? "i32.store8" : `${prefix}.store`) as OpName, Math.log2(bytes), 0);
      },
      () =>
        f
          .get(0)
          .i32(s.fault + 1)
          .op("i32.store", 2, 0)
          .get(0)
          .get(at)
          .op("i32.store", 2, 4),
    );
  });
}

/** yᵢ = aᵢ·yᵢ₋₁ + bᵢ along one axis, line after line; float32 lines keep y in float64 between elements. */
function emitRecur(f: FunctionBuilder, r: Recur, base: Base): void {
  const { dtype } = r.out;
  const bytes = bytesOf[dtype];
  const [out, a, b] = [base(r.out), base(r.a), base(r.b)];
  const strides = stridesOf(r.shape);
  const n = r.shape[r.dim] as number;
  const step = (strides[r.dim] as number) * bytes;
  const float = dtype === "float32" || dtype === "float64";
  const wide = float ? "f64" : "i32";
  const prefix = dtype === "float32" ? "f32" : wide;
  const y = f.local(wide);
  const place = f.local("i32");
  const read = (from: number) => {
    f.get(from)
      .get(place)
      .op("i32.add")
      .op(`${prefix}.load` as OpName, Math.log2(bytes), 0);
    if (dtype === "float32") f.op("f64.promote_f32");
  };
  nested(
    f,
    r.shape.map((size, d) => (d === r.dim ? 1 : size)),
    (counters) => {
      (float ? f.f64(0) : f.i32(0)).set(y);
      counted(f, n, (i) => {
        f.i32(r.reverse ? n - 1 : 0)
          .get(i)
          .op(r.reverse ? "i32.sub" : "i32.add")
          .i32(step)
          .op("i32.mul")
          .set(place);
        counters.forEach((c, d) => {
          if (d !== r.dim)
            f.get(place)
              .get(c)
              .i32((strides[d] as number) * bytes)
              .op("i32.mul")
              .op("i32.add")
              .set(place);
        });
        f.get(i).if(
          () => {
            read(a);
            f.get(y).op(`${wide}.mul` as OpName);
            read(b);
            f.op(`${wide}.add` as OpName).set(y);
          },
          () => {
            read(b);
            f.set(y);
          },
        );
        f.get(out).get(place).op("i32.add").get(y);
        if (dtype === "float32") f.op("f32.demote_f64");
        f.op(`${prefix}.store` as OpName, Math.log2(bytes), 0);
      });
    },
  );
}

/** A program as a module: one function per kernel, `run(table)`, which calls them in order, and `step(table, k)`, which calls one. */
export function moduleOf(program: Program, hostWords: Readonly<Record<string, number>>): Uint8Array {
  const module = new ModuleBuilder();
  module.importMemory("env", "memory", false);
  const i32s = (count: number) => new Array<"i32">(count).fill("i32");
  const gemm = {
    float32: module.importFunction("gemm", "float32", i32s(13), []),
    float64: module.importFunction("gemm", "float64", i32s(13), []),
  };
  const imports = (from: string, type: ValType) =>
    new Map(
      Object.entries(hostWords).map(([name, arity]) => [
        name,
        module.importFunction(from, name, new Array<ValType>(arity).fill(type), [type]),
      ]),
    );
  const host = { float: imports("float", "f64"), int: imports("int", "i32") };
  const functions = program.kernels.map((kernel) => {
    const f = new FunctionBuilder(["i32"], []);
    const bases = new Map(
      buffersOf(kernel).map((b) => {
        const local = f.local("i32");
        f.get(0)
          .op("i32.load", 2, 4 * addressWord(b))
          .set(local);
        return [b, local];
      }),
    );
    emitKernel(
      f,
      kernel,
      (b) => bases.get(b) as number,
      gemm,
      (name, integer) => (integer ? host.int : host.float).get(name) as number,
    );
    return module.func(f);
  });
  const run = new FunctionBuilder(["i32"], []);
  for (const index of functions) run.get(0).call(index);
  module.func(run, "run");
  const step = new FunctionBuilder(["i32", "i32"], []);
  functions.forEach((index, k) => {
    step
      .get(1)
      .i32(k)
      .op("i32.eq")
      .if(() => step.get(0).call(index));
  });
  module.func(step, "step");
  return module.bytes();
}

function emitKernel(
  f: FunctionBuilder,
  kernel: Kernel,
  base: Base,
  gemm: { float32: number; float64: number },
  host: Surroundings["host"],
): void {
  if (kernel.kind === "product")
    emitProduct(f, kernel, base, kernel.out.dtype === "float64" ? gemm.float64 : gemm.float32);
  else if (kernel.kind === "scatter") emitScatter(f, kernel, base);
  else if (kernel.kind === "recur") emitRecur(f, kernel, base);
  else emitNest(f, kernel, { base, host, faultCell: () => f.get(0) });
}
