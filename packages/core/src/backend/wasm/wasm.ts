import type { TypedArray } from "../../dtype.ts";
import { fail } from "../../errors.ts";
import type { Value } from "../../graph/node.ts";
import type { Structure } from "../../graph/structure.ts";
import type { Buffer } from "../../lower/kernel.ts";
import { lower } from "../../lower/lower.ts";
import { planMemory } from "../../lower/plan.ts";
import { bytesOf, type Program } from "../../lower/program.ts";
import { subexpressions, type Word } from "../../scalar/expr.ts";
import { functions } from "../../scalar/functions.ts";
import { words } from "../../scalar/words.ts";
import type { Backend } from "../backend.ts";
import { interpreter } from "../interpreter.ts";
import { gemmModule, workspaceBytes } from "./gemm.ts";
import { Heap } from "./memory.ts";
import { moduleOf, tableWords } from "./module.ts";
import { Residents, slack } from "./resident.ts";
import { isKnown } from "./words.ts";

const heap = new Heap();
const residents = new Residents(heap, 256 << 20);

let prepared = 0;

/** How many programs were made ready so far. */
export const programsPrepared = (): number => prepared;

/** Bytes of linear memory: all that it has grown to, and those in use. */
export const linearMemory = (): { readonly bytes: number; readonly used: number } => ({
  bytes: heap.memory.buffer.byteLength,
  used: heap.used,
});

interface Ready {
  readonly program: Program;
  readonly run: (table: number) => void;
  /** The address of the program's table. */
  readonly table: number;
  /** Gives the table and the scratch memory back. */
  readonly release: () => void;
}

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
  prepared++;
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
  const blocks = [4 * words, Math.max(16, plan.bytes), Math.max(16, workspaceOf(program))] as const;
  const [table, scratch, workspace] = blocks.map((bytes) => heap.allocate(bytes)) as [number, number, number];
  const view = heap.view("int32", table, words);
  view.fill(0);
  view[2] = workspace;
  for (const [buffer, offset] of plan.offsets) view[3 + buffer.id] = scratch + offset;
  const release = () =>
    [table, scratch, workspace].forEach((at, k) => {
      heap.free(at, blocks[k] as number);
    });
  return { program, run: instance.exports.run as Ready["run"], table, release };
}

/** Tensors of at most this many bytes have a place in the program; larger ones lie where they are. */
const small = 4096;

/** A small tensor of a program: where it lies, and what was last copied there. */
interface Slot {
  readonly at: number;
  readonly view: () => TypedArray;
  holds: Value | null;
}

/** The places of the small tensors of a program, in one block. */
function slotsOf({ inputs, outputs }: Program): {
  readonly slots: ReadonlyMap<Buffer, Slot>;
  readonly free: () => void;
} {
  const buffers = [...new Set([...inputs, ...outputs])].filter((b) => b.size * bytesOf[b.dtype] <= small);
  const sizes = buffers.map((b) => Math.ceil((b.size * bytesOf[b.dtype] + slack) / 16) * 16);
  const bytes = sizes.reduce((n, size) => n + size, 0);
  const start = heap.allocate(bytes);
  let at = start;
  const slots = buffers.map((b, k): [Buffer, Slot] => {
    const place = at;
    at += sizes[k] as number;
    return [b, { at: place, view: heap.lasting(b.dtype, place, b.size), holds: null }];
  });
  return { slots: new Map(slots), free: () => heap.free(start, bytes) };
}

/** Longer graphs are interpreted: making a program of them takes longer than running it pays back. */
const longestProgram = 20_000;

/** Kernels in WebAssembly with 128-bit vectors, over one linear memory. */
export const wasm: Backend = {
  name: "wasm",
  prepare(structure) {
    if (structure.items.length > longestProgram) return interpreter.prepare(structure);
    const { program, run, table, release } = prepare(structure);
    const { slots, free } = slotsOf(program);
    const words = heap.lasting("int32", table, tableWords(program));
    for (const [b, slot] of slots) words()[3 + b.id] = slot.at;
    const outputs = [...new Set(program.outputs)].filter((b) => !program.inputs.includes(b));
    const placed = outputs.filter((b) => slots.has(b));
    const lying = outputs.filter((b) => !slots.has(b));
    const large = program.inputs.map((b, k) => ({ b, k })).filter(({ b }) => !slots.has(b));
    const staged = program.inputs.flatMap((b, k) => {
      const slot = slots.get(b);
      return slot ? [{ slot, k }] : [];
    });

    // A program that can be at fault says so as the interpreter does, which names the element and its value.
    const reference = program.faults.length > 0 ? interpreter.prepare(structure) : undefined;
    const refuse = (values: readonly Value[], fault: number, value: number): never => {
      reference?.run(values);
      const { op, kind, message } = program.faults[fault] as Program["faults"][number];
      return fail(kind, op, kind === "index" ? `index ${value} is ${message}` : message);
    };

    const execute = (values: readonly Value[], dying: readonly boolean[] = []): Value[] => {
      for (const { slot, k } of staged) {
        const value = values[k] as Value;
        if (slot.holds === value) continue;
        slot.view().set(value.array);
        slot.holds = value;
      }
      return residents.pinning(
        large.map(({ k }) => values[k] as Value),
        () => {
          const addresses = large.map(({ b, k }) => residents.addressOf(values[k] as Value, b.dtype));
          const created = lying.map((b) => residents.create(b.dtype, b.size));
          const view = words();
          large.forEach(({ b }, k) => {
            view[3 + b.id] = addresses[k] as number;
          });
          lying.forEach((b, k) => {
            view[3 + b.id] = created[k]?.at as number;
          });
          view[0] = 0;
          run(table);
          if (view[0] !== 0) refuse(values, (view[0] as number) - 1, view[1] as number);
          const made = new Map<Buffer, Value>(lying.map((b, k) => [b, created[k]?.value as Value]));
          for (const b of placed) made.set(b, { array: slots.get(b)?.view().slice() as TypedArray });
          const results = program.outputs.map(
            (b) => made.get(b) ?? (values[program.inputs.indexOf(b)] as Value),
          );
          for (const { k } of large)
            if (dying[k] && !results.includes(values[k] as Value)) residents.forget(values[k] as Value);
          return results;
        },
      );
    };
    return {
      run: execute,
      release: () => {
        release();
        free();
      },
    };
  },
};
