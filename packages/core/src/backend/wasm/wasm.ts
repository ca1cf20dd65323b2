import { fail } from "../../errors.ts";
import type { Node, Value } from "../../graph/node.ts";
import { type Structure, structureOf } from "../../graph/structure.ts";
import type { Buffer } from "../../lower/kernel.ts";
import { lower } from "../../lower/lower.ts";
import { planMemory } from "../../lower/plan.ts";
import type { Program } from "../../lower/program.ts";
import { subexpressions, type Word } from "../../scalar/expr.ts";
import { functions } from "../../scalar/functions.ts";
import { words } from "../../scalar/words.ts";
import type { Backend } from "../backend.ts";
import { gemmModule, workspaceBytes } from "./gemm.ts";
import { Heap } from "./memory.ts";
import { moduleOf, tableWords } from "./module.ts";
import { Residents } from "./resident.ts";
import { isKnown } from "./words.ts";

const heap = new Heap();
const residents = new Residents(heap, 512 << 20);
/** Programs kept ready; the one not used for longest goes first. */
const mostPrograms = 256;

interface Ready {
  readonly program: Program;
  readonly run: (table: number) => void;
  /** The address of the program's table. */
  readonly table: number;
  readonly scratch: number;
}

const programs = new Map<string, Ready>();

type Gemm = (...args: number[]) => void;
let gemms: { float32: Gemm; float64: Gemm } | undefined;

function gemmFunctions(): { float32: Gemm; float64: Gemm } {
  const make = (type: "f32" | "f64") =>
    new WebAssembly.Instance(gemmModule(type), { env: { memory: heap.memory } }).exports.gemm as Gemm;
  gemms ??= { float32: make("f32"), float64: make("f64") };
  return gemms;
}

const vocabulary: Readonly<Record<string, Word>> = {
  ...words,
  ...functions,
};

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
function workspaceOf(program: Program): number {
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

function prepare(structure: Structure): Ready {
  const program = lower(structure);
  const host = hostWords(program);
  const module = new WebAssembly.Module(moduleOf(program, host));
  const imports = (integer: boolean) =>
    Object.fromEntries(
      Object.keys(host).map((name) => {
        const word = vocabulary[name] as Word;
        return [name, (integer && word.int) || word.float];
      }),
    );
  const instance = new WebAssembly.Instance(module, {
    env: { memory: heap.memory },
    gemm: gemmFunctions(),
    float: imports(false),
    int: imports(true),
  });
  const plan = planMemory(program);
  const words = tableWords(program);
  const table = heap.allocate(4 * words);
  const scratch = heap.allocate(Math.max(16, plan.bytes));
  const workspace = heap.allocate(Math.max(16, workspaceOf(program)));
  const view = heap.view("int32", table, words);
  view.fill(0);
  view[2] = workspace;
  for (const [buffer, offset] of plan.offsets) view[3 + buffer.id] = scratch + offset;
  return { program, run: instance.exports.run as Ready["run"], table, scratch };
}

function ready(structure: Structure): Ready {
  const known = programs.get(structure.key) ?? prepare(structure);
  programs.delete(structure.key);
  programs.set(structure.key, known);
  if (programs.size > mostPrograms) programs.delete(programs.keys().next().value as string);
  return known;
}

/** Kernels in WebAssembly with 128-bit vectors, over one linear memory. */
export const wasm: Backend = {
  name: "wasm",
  evaluate(roots) {
    const structure = structureOf(roots);
    const { program, run, table } = ready(structure);
    const values = structure.inputs.map((n) => n.value as Value);
    residents.pinning(values, () => {
      const addresses = new Map<Buffer, number>();
      program.inputs.forEach((b, k) => addresses.set(b, residents.addressOf(values[k] as Value, b.dtype)));
      const made = new Map<Buffer, Value>();
      for (const b of program.outputs) {
        const input = program.inputs.indexOf(b);
        if (input >= 0) made.set(b, values[input] as Value);
        if (made.has(b)) continue;
        const { value, at } = residents.create(b.dtype, b.size);
        made.set(b, value);
        addresses.set(b, at);
      }
      const view = heap.view("int32", table, tableWords(program));
      for (const [b, at] of addresses) view[3 + b.id] = at;
      view[0] = 0;
      run(table);
      const after = heap.view("int32", table, 2);
      if (after[0] !== 0) raise(program, (after[0] as number) - 1, after[1] as number);
      roots.forEach((root: Node, k) => {
        root.settle(made.get(program.outputs[k] as Buffer) as Value);
      });
      for (const value of made.values()) residents.settle(value);
    });
  },
};

function raise(program: Program, fault: number, value: number): never {
  const { op, kind, message } = program.faults[fault] as Program["faults"][number];
  return fail(kind, op, kind === "index" ? `index ${value} is ${message}` : message);
}
