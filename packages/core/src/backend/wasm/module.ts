import type { Buffer, Nest } from "../../lower/kernel.ts";
import { buffersOf } from "../../lower/plan.ts";
import { bytesOf, type Join, type Program, type Recur, type Scatter } from "../../lower/program.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { textOf } from "./alike.ts";
import { FunctionBuilder, ModuleBuilder, type OpName, type ValType } from "./assembler.ts";
import { noteFault } from "./fault.ts";
import { gemmParameters } from "./gemm.ts";
import { counted, nested, pushPlace } from "./loops.ts";
import { emitNest } from "./nest.ts";
import { emitProduct, type MatrixProduct, matrixProduct, Places } from "./product.ts";
import { emitSkip } from "./skip.ts";

/** The table that a program is run on: 1 more than the item at fault, the address of the workspace, then that of each buffer. */
export const tableWords = (program: Program): number => 2 + program.buffers.length;
export const addressWord = (buffer: Buffer): number => 2 + buffer.id;
export const workspaceWord = 1;

type Base = (buffer: Buffer) => number;

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
      () => noteFault(f, s.out.item),
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
  const pushNumber = (x: number) => (float ? f.f64(x) : f.i32(x));
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
      pushNumber(0).set(y);
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
            if (r.skip) {
              pushNumber(0).get(y);
              pushNumber(0)
                .op(`${wide}.ne` as OpName)
                .op("select");
            }
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

/** Copies the parts of each row one behind the other; `pushBase` puts the address of a buffer on the stack. */
function emitJoin(f: FunctionBuilder, { out, parts, shape, dim }: Join, pushBase: (b: Buffer) => void): void {
  const rows = sizeOf(shape.slice(0, dim));
  const bytesIn = (b: Buffer): number => (b.size / rows) * bytesOf[b.dtype];
  const to = f.local("i32");
  pushBase(out);
  f.set(to);
  counted(f, rows, (row) => {
    for (const part of parts) {
      const bytes = bytesIn(part);
      f.get(to);
      pushBase(part);
      f.get(row).i32(bytes).op("i32.mul").op("i32.add").i32(bytes).op("memory.copy");
      f.get(to).i32(bytes).op("i32.add").set(to);
    }
  });
}

/** A program as a module, and what it needs in memory. */
export interface Assembled {
  readonly bytes: Uint8Array;
  /** What stands behind the words of the table. */
  readonly constants: readonly number[];
  /** Bytes of the workspace. */
  readonly workspace: number;
}

/** A program as a module: a function per kernel, which nests alike share; `run(table)`, which calls them in order, and `step(table, k)`, which calls one. */
export function moduleOf(program: Program, hostWords: Readonly<Record<string, number>>): Assembled {
  const module = new ModuleBuilder();
  module.importMemory("env", "memory");
  const matrix = new Map(
    program.kernels.flatMap((k) => (k.kind === "product" ? [[k, matrixProduct(k)]] : [])),
  );
  const gemms = new Map<string, number>();
  for (const { type, kernel } of matrix.values())
    if (!gemms.has(`${type} ${kernel}`))
      gemms.set(
        `${type} ${kernel}`,
        module.importFunction(
          `gemm.${type}`,
          kernel,
          gemmParameters.map(() => "i32"),
          [],
        ),
      );
  const imports = (from: string, type: ValType) =>
    new Map(
      Object.entries(hostWords).map(([name, arity]) => [
        name,
        module.importFunction(from, name, new Array<ValType>(arity).fill(type), [type]),
      ]),
    );
  const host = { float: imports("float", "f64"), int: imports("int", "i32") };
  const places = new Places();
  let workspace = Math.max(0, ...[...matrix.values()].map((p) => p.workspace));
  const pushList = (f: FunctionBuilder, start: number): FunctionBuilder =>
    f
      .get(0)
      .i32(4 * (tableWords(program) + start))
      .op("i32.add");

  /** A function that has the addresses of buffers in locals; `find` puts on the stack where one is. */
  const writing = (
    params: readonly ValType[],
    buffers: readonly Buffer[],
    find: (f: FunctionBuilder, b: Buffer, k: number) => void,
  ) => {
    const f = new FunctionBuilder(params, []);
    const bases = new Map(buffers.map((b) => [b, f.local("i32")]));
    buffers.forEach((b, k) => {
      find(f, b, k);
      f.op("i32.load", 2, 0).set(bases.get(b) as number);
    });
    const base = (b: Buffer) => bases.get(b) as number;
    return { f, base, pushWorkspace: () => f.get(0).op("i32.load", 2, 4 * workspaceWord) };
  };

  const nests = new Map<string, number>();
  const writeNest = (nest: Nest, buffers: readonly Buffer[]): number => {
    const { f, base, pushWorkspace } = writing(["i32", "i32"], buffers, (f, _, k) =>
      f
        .get(0)
        .get(1)
        .op("i32.load", 2, 4 * k)
        .op("i32.add"),
    );
    const used = emitNest(f, nest, {
      base,
      host: (name, integer) => (integer ? host.int : host.float).get(name) as number,
      pushWorkspace,
    });
    workspace = Math.max(workspace, used);
    return module.func(f);
  };

  /** Calls a kernel: with the table and, where nests alike may share the function, the list of its buffers. */
  const calls = program.kernels.map((kernel): ((from: FunctionBuilder) => void) => {
    const buffers = buffersOf(kernel);
    if (kernel.kind === "nest") {
      const text = textOf(kernel, buffers);
      const index = nests.get(text) ?? writeNest(kernel, buffers);
      nests.set(text, index);
      const start = places.list(buffers.map((b) => 4 * addressWord(b)));
      return (from) => pushList(from.get(0), start).call(index);
    }
    const find = (f: FunctionBuilder, b: Buffer) =>
      f
        .get(0)
        .i32(4 * addressWord(b))
        .op("i32.add");
    // Locals for all the parts could be more than a function may have.
    const held = kernel.kind === "join" ? [] : buffers;
    const { f, base, pushWorkspace } = writing(["i32"], held, find);
    if (kernel.kind === "product") {
      const product = matrix.get(kernel) as MatrixProduct;
      emitProduct(f, product, {
        base,
        gemm: gemms.get(`${product.type} ${product.kernel}`) as number,
        places,
        pushList: (start) => pushList(f, start),
        pushWorkspace,
      });
      if (kernel.skip) emitSkip(f, kernel, base);
    } else if (kernel.kind === "scatter") emitScatter(f, kernel, base);
    else if (kernel.kind === "join") emitJoin(f, kernel, (b) => find(f, b).op("i32.load", 2, 0));
    else emitRecur(f, kernel, base);
    const index = module.func(f);
    return (from) => from.get(0).call(index);
  });
  const run = new FunctionBuilder(["i32"], []);
  for (const call of calls) call(run);
  module.func(run, "run");
  const step = new FunctionBuilder(["i32", "i32"], []);
  calls.forEach((call, k) => {
    step
      .get(1)
      .i32(k)
      .op("i32.eq")
      .if(() => call(step));
  });
  module.func(step, "step");
  return { bytes: module.bytes(), constants: places.words, workspace };
}
