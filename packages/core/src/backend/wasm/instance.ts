import type { Program } from "../../lower/ir/program.ts";
import { farWords } from "../../scalar/expand/index.ts";
import { type ScalarOp, subexpressions } from "../../scalar/expr.ts";
import { functions } from "../../scalar/functions.ts";
import { primitives } from "../../scalar/primitives.ts";
import { compileModule } from "./assembler/compile.ts";
import { type Float, gemmModule } from "./gemm/gemm.ts";
import { callsHost } from "./instructions/instructions.ts";
import { buildModule, type CompiledModule } from "./module.ts";

const vocabulary: Readonly<Record<string, ScalarOp>> = { ...primitives, ...functions, ...farWords };

/** The words of a program that the host has to work out, with their numbers of operands. */
function hostWords(program: Program): Record<string, number> {
  const found: Record<string, number> = {};
  for (const kernel of program.kernels) {
    if (kernel.kind !== "nest") continue;
    const places = kernel.args.flatMap((x) => (x.kind === "gather" ? [x.at] : []));
    const values = kernel.loops.flatMap((l) => l.statements.map((t) => t.value));
    for (const e of subexpressions([...values, ...places]))
      if (e.kind === "apply" && callsHost(e.name)) found[e.name] = e.args.length;
  }
  return found;
}

/** How large products of matrices round: after each multiplication and each addition, or as the machine likes. */
export type GemmMode = "strict" | "relaxed";

type Kernels = WebAssembly.Instance["exports"];
const gemms = new WeakMap<WebAssembly.Memory, Map<string, Kernels>>();

/** The matrix kernels, which all programs over one memory share. */
function gemmOver(memory: WebAssembly.Memory, type: Float, products: GemmMode): Kernels {
  const kernels = gemms.get(memory) ?? new Map<string, Kernels>();
  gemms.set(memory, kernels);
  const key = `${type} ${products}`;
  const module = () => gemmModule(type, products === "relaxed");
  const known = kernels.get(key) ?? new WebAssembly.Instance(module(), { env: { memory } }).exports;
  kernels.set(key, known);
  return known;
}

/** A program over a memory, with the constants that stand behind its table. */
interface Instance extends Omit<CompiledModule, "bytes"> {
  /** Runs the program, given the address of its table. */
  readonly run: (table: number) => void;
  /** Runs one of its kernels. */
  readonly step: (table: number, k: number) => void;
}

/** Makes a program ready to run. */
export function instantiate(program: Program, memory: WebAssembly.Memory, products: GemmMode): Instance {
  const host = hostWords(program);
  const { bytes, ...needs } = buildModule(program, host);
  const imports = (integer: boolean) =>
    Object.fromEntries(
      Object.keys(host).map((name) => {
        const word = vocabulary[name] as ScalarOp;
        return [name, (integer && word.int) || word.float || word.int];
      }),
    );
  const { exports } = new WebAssembly.Instance(compileModule(bytes), {
    env: { memory },
    get "gemm.f32"() {
      return gemmOver(memory, "f32", products);
    },
    get "gemm.f64"() {
      return gemmOver(memory, "f64", products);
    },
    float: imports(false),
    int: imports(true),
  });
  return { ...needs, run: exports.run as Instance["run"], step: exports.step as Instance["step"] };
}
