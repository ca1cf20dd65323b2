import type { CanonicalGraph } from "../../graph/canonicalize.ts";
import { ScalarValue, type Value } from "../../graph/node.ts";
import type { Buffer } from "../../lower/ir/kernel.ts";
import { bytesOf, type Program } from "../../lower/ir/program.ts";
import { planMemory } from "../../lower/kernel-passes/plan-memory.ts";
import { lower } from "../../lower/pipeline.ts";
import type { Backend } from "../backend.ts";
import { throwFault } from "../diagnose-fault.ts";
import { runHook } from "../hooks.ts";
import { partition } from "../partition.ts";
import { type GemmMode, instantiate } from "./instance.ts";
import { Arena, Heap } from "./memory/heap.ts";
import { TensorCache, type TensorType } from "./memory/tensor-cache.ts";
import { addressWord, tableWords, workspaceWord } from "./table.ts";

const heap = new Heap();
const residents = new TensorCache(heap, 256 << 20, 4096);
const arena = new Arena(heap, residents.makeRoom);

let prepared = 0;

/** How many programs were made ready so far. */
export const programsPrepared = (): number => prepared;

/** Bytes of linear memory: all that it has grown to, and those in use. */
export const linearMemory = (): { readonly bytes: number; readonly used: number } => ({
  bytes: heap.memory.buffer.byteLength,
  used: heap.used,
});

/** In longer graphs loops are looked for, whose rounds share a program. */
const longestStraight = 8_000;
/** Longer graphs are several programs: engines bound modules, and what is worked out at once bounds memory. */
const longestProgram = 20_000;

/** Where a single element lies, as a place among all elements of its dtype. */
interface Spot {
  readonly dtype: Buffer["dtype"];
  readonly place: number;
}

/**
 * The table of a program, as addresses: its words and constants, and behind them a place for each input and output of one
 * element, which goes in and out as a number. Other tensors are found where they lie.
 */
function layOut(program: Program, constants: readonly number[]) {
  const singles = [...new Set([...program.inputs, ...program.outputs])].filter((b) => b.size === 1);
  const words = Math.ceil((tableWords(program) + constants.length) / 2) * 2;
  const size = heap.sizeClass(4 * words + 8 * singles.length);
  const table = heap.allocate(size, residents.makeRoom);
  heap.views.int32.fill(0, table / 4, table / 4 + words);
  heap.views.int32.set(constants, table / 4 + tableWords(program));
  const spots = new Map<Buffer, Spot>();
  singles.forEach((b, k) => {
    const at = table + 4 * words + 8 * k;
    heap.views.int32[table / 4 + addressWord(b)] = at;
    spots.set(b, { dtype: b.dtype, place: at / bytesOf[b.dtype] });
  });
  return { table, spots, free: () => heap.free(table, size) };
}

const kernels = (name: string, products: GemmMode): Backend => {
  const prepare: Backend["prepare"] = (structure) =>
    structure.items.length > longestStraight
      ? partition(structure, longestProgram, prepareWhole)
      : prepareWhole(structure);
  const prepareWhole: Backend["prepare"] = (structure) => {
    prepared++;
    const program = lower(structure);
    const { inputs, outputs } = program;
    const graph: CanonicalGraph = { items: structure.items, roots: structure.roots, inputs: [] };
    let again: Program | undefined;
    /** The program once more, where it is looked at: there may be many programs, and none keeps its formulas. */
    const lowered = (): Program => {
      again ??= lower(graph);
      return again;
    };
    const { run, step, constants, ...needs } = instantiate(program, heap.memory, products);
    const workspace = Math.ceil(needs.workspace / 64) * 64;
    const plan = planMemory(program);
    residents.start();
    arena.reserve(workspace + plan.bytes);
    const { table, spots, free } = layOut(program, constants);
    const word = (b: Buffer): number => table / 4 + addressWord(b);
    const kindOf = (b: Buffer): TensorType => residents.kind(b.dtype, b.size);

    let arenaAt = 0;
    const placeScratch = (): void => {
      arenaAt = arena.at;
      heap.views.int32[table / 4 + workspaceWord] = arenaAt;
      for (const [b, offset] of plan.offsets) heap.views.int32[word(b)] = arenaAt + workspace + offset;
    };

    const entering = inputs.map((b, k) => ({ k, spot: spots.get(b), word: word(b), kind: kindOf(b) }));
    const singles = entering.flatMap(({ k, spot }) => (spot ? [{ k, spot }] : []));
    const tensors = entering.filter(({ spot }) => !spot);
    const passed = new Set(outputs);
    const mortal = tensors.filter(({ k }) => !passed.has(inputs[k] as Buffer));
    const made = [...new Set(outputs)].filter((b) => !inputs.includes(b));
    const leaving = made.map((b) => ({ spot: spots.get(b), word: word(b), kind: kindOf(b) }));
    const results = outputs.map((b) => ({ input: inputs.indexOf(b), made: made.indexOf(b) }));

    return {
      run(values, dying) {
        residents.start();
        for (const { k, spot } of singles)
          heap.views[spot.dtype][spot.place] = residents.numberOf(values[k] as Value);
        for (const { k, word, kind } of tensors) {
          const at = residents.addressOf(values[k] as Value, kind);
          heap.views.int32[word] = at;
        }
        const created: (Value | undefined)[] = [];
        const giveUp = (): void => {
          for (const value of created) if (value) residents.forget(value);
        };
        try {
          for (const { spot, word, kind } of leaving) {
            if (spot) {
              created.push(undefined);
              continue;
            }
            const value = residents.create(kind);
            heap.views.int32[word] = value.block.at;
            created.push(value);
          }
          if (arenaAt !== arena.at) placeScratch();
          heap.views.int32[table / 4] = 0;
          if (runHook.runKernels) runHook.runKernels(lowered(), (k) => step(table, k));
          else run(table);
        } catch (error) {
          giveUp();
          throw error;
        }
        const fault = heap.views.int32[table / 4] as number;
        if (fault !== 0) {
          giveUp();
          throwFault({ name, prepare }, lowered().items, fault - 1, values);
        }
        leaving.forEach(({ spot }, k) => {
          if (spot) created[k] = new ScalarValue(heap.views[spot.dtype][spot.place] as number, spot.dtype);
        });
        if (dying) for (const { k } of mortal) if (dying[k]) residents.forget(values[k] as Value);
        return results.map(({ input, made }) => (input < 0 ? created[made] : values[input]) as Value);
      },
      release: free,
    };
  };
  return { name, prepare };
};

/** Kernels in WebAssembly with 128-bit vectors, over one linear memory: the same bits on every machine. */
export const wasm = kernels("wasm", "strict");

/**
 * `wasm`, except that large products of matrices round once for a multiplication and an addition where the machine can
 * (`fusesMultiplyAdd`): faster, as exact, but bits then differ from machine to machine.
 */
export const wasmRelaxed = kernels("wasm, relaxed", "relaxed");
