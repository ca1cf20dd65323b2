import type { Program } from "../../lower/program.ts";
import { farWords } from "../../scalar/expand/index.ts";
import { subexpressions, type Word } from "../../scalar/expr.ts";
import { functions } from "../../scalar/functions.ts";
import { words } from "../../scalar/words.ts";
import { gemmModule, workspaceBytes } from "./gemm.ts";
import { moduleOf } from "./module.ts";
import { isKnown } from "./words.ts";

const vocabulary: Readonly<Record<string, Word>> = { ...words, ...functions, ...farWords };

/** The words of a program that the host has to work out, with their numbers of operands. */
function hostWords(program: Program): Record<string, number> {
  const found: Record<string, number> = {};
  for (const kernel of program.kernels) {
    if (kernel.kind !== "nest") continue;
    const places = kernel.args.flatMap((x) => (x.kind === "gather" ? [x.at] : []));
    const values = kernel.loops.flatMap((l) => l.tasks.map((t) => t.value));
    for (const e of subexpressions([...values, ...places]))
      if (e.kind === "apply" && !isKnown(e.name)) found[e.name] = e.args.length;
  }
  return found;
}

/** The largest workspace that the products of a program ask for. */
export function workspaceOf(program: Program): number {
  return Math.max(
    0,
    ...program.kernels.map((k) => {
      if (k.kind !== "product") return 0;
      const size = (axes: readonly { readonly size: number }[]) =>
        axes.reduce((w, x) => Math.max(w, x.size), 1);
      const [m, n, depth] = [size(k.ms), size(k.ns), size(k.ks)];
      return Math.max(
        workspaceBytes(k.out.dtype === "float64" ? "f64" : "f32", m, n, depth),
        workspaceBytes("f64", n, m, depth),
      );
    }),
  );
}

type Gemm = (...args: number[]) => void;
type Gemms = { readonly float32: Gemm; readonly float64: Gemm };
const gemms = {
  strict: new WeakMap<WebAssembly.Memory, Gemms>(),
  relaxed: new WeakMap<WebAssembly.Memory, Gemms>(),
};

/** How large products of matrices round: after each multiplication and each addition, or as the machine likes. */
export type Products = keyof typeof gemms;

/** The matrix kernels, which all programs over one memory share. */
function gemmFunctions(memory: WebAssembly.Memory, products: Products): Gemms {
  const options = { relaxed: products === "relaxed" };
  const make = (type: "f32" | "f64") =>
    new WebAssembly.Instance(gemmModule(type, options), { env: { memory } }).exports.gemm as Gemm;
  const known = gemms[products].get(memory) ?? { float32: make("f32"), float64: make("f64") };
  gemms[products].set(memory, known);
  return known;
}

interface Instance {
  /** Runs the program, given the address of its table. */
  readonly run: (table: number) => void;
  /** Runs one of its kernels. */
  readonly step: (table: number, k: number) => void;
}

/** A program over a memory. */
export function instantiate(program: Program, memory: WebAssembly.Memory, products: Products): Instance {
  const host = hostWords(program);
  const module = new WebAssembly.Module(moduleOf(program, host));
  const imports = (integer: boolean) =>
    Object.fromEntries(
      Object.keys(host).map((name) => {
        const word = vocabulary[name] as Word;
        return [name, (integer && word.int) || word.float];
      }),
    );
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory },
    gemm: gemmFunctions(memory, products),
    float: imports(false),
    int: imports(true),
  });
  return exports as unknown as Instance;
}
