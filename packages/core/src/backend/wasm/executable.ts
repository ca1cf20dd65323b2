import type { CanonicalGraph } from "../../graph/canonicalize.ts";
import { ScalarValue, type Value } from "../../graph/value.ts";
import type { Buffer } from "../../lower/ir/kernel.ts";
import { bytesOf, type MemoryPlan, type Program } from "../../lower/ir/program.ts";
import { lower } from "../../lower/pipeline.ts";
import type { Target } from "../../lower/target.ts";
import type { Backend, Executable } from "../backend.ts";
import { throwFault } from "../diagnose-fault.ts";
import { runHook } from "../hooks.ts";
import { requireOutsideHost } from "../host.ts";
import { addressWord, tableWords } from "./abi/table.ts";
import type { ProgramInstance } from "./instance.ts";
import type { LinearMemory } from "./memory/linear-memory.ts";
import type { TensorType } from "./memory/tensor-cache.ts";

/** Where a single element is stored: an index into the memory as elements of its dtype. */
interface ScalarSlot {
  readonly dtype: Buffer["dtype"];
  readonly index: number;
}

/** The table of a program in linear memory. */
interface Table {
  readonly address: number;
  readonly scalarSlots: ReadonlyMap<Buffer, ScalarSlot>;
  free(): void;
}

/**
 * Lays out the table of a program: addresses and constants, then a slot for each input and output of one element, which is
 * passed as a number. The addresses of other tensors are entered at each run.
 */
function layOutTable({ heap, tensors }: LinearMemory, program: Program, constants: readonly number[]): Table {
  const scalars = [...new Set([...program.inputs, ...program.outputs])].filter((b) => b.size === 1);
  const words = Math.ceil((tableWords(program) + constants.length) / 2) * 2;
  const size = heap.sizeClass(4 * words + 8 * scalars.length);
  const address = heap.allocate(size, tensors.evictOldest);
  heap.views.int32.fill(0, address / 4, address / 4 + words);
  heap.views.int32.set(constants, address / 4 + tableWords(program));
  const scalarSlots = new Map<Buffer, ScalarSlot>();
  scalars.forEach((b, k) => {
    const slot = address + 4 * words + 8 * k;
    heap.views.int32[address / 4 + addressWord(b)] = slot;
    scalarSlots.set(b, { dtype: b.dtype, index: slot / bytesOf[b.dtype] });
  });
  return { address, scalarSlots, free: () => heap.free(address, size) };
}

/** An input or output in memory: its number, the word of the table that has its address, and its type. */
interface TensorBinding {
  readonly k: number;
  readonly word: number;
  readonly type: TensorType;
}

/** An input or output of one element. */
interface ScalarBinding {
  readonly k: number;
  readonly slot: ScalarSlot;
}

/** Where the value of an output comes from: input number `input`, or else new output number `output`. */
interface Result {
  readonly input: number;
  readonly output: number;
}

/** A compiled program over the linear memory of its backend. */
export class WasmExecutable implements Executable {
  readonly #backend: Backend;
  readonly #target: Target;
  readonly #graph: CanonicalGraph;
  readonly #memory: LinearMemory;
  readonly #instance: ProgramInstance;
  readonly #table: Table;
  readonly #workspace: number;
  readonly #plan: MemoryPlan;
  readonly #scalarInputs: readonly ScalarBinding[];
  readonly #inputs: readonly TensorBinding[];
  readonly #scalarOutputs: readonly ScalarBinding[];
  readonly #outputs: readonly TensorBinding[];
  /** The inputs that are not outputs: their memory may be reused. */
  readonly #donatable: readonly TensorBinding[];
  readonly #results: readonly Result[];
  /** Where the arena was when the addresses of scratch buffers were entered. */
  #arenaBase = 0;
  #program: Program | undefined;

  constructor(
    backend: Backend,
    target: Target,
    graph: CanonicalGraph,
    program: Program,
    memory: LinearMemory,
    instance: ProgramInstance,
  ) {
    this.#backend = backend;
    this.#target = target;
    this.#graph = { items: graph.items, roots: graph.roots, inputs: [] };
    this.#memory = memory;
    this.#instance = instance;
    this.#workspace = Math.ceil(instance.workspace / 64) * 64;
    this.#plan = program.plan;
    memory.beginRun();
    memory.arena.reserve(this.#workspace + this.#plan.bytes);
    this.#table = layOutTable(memory, program, instance.constants);
    const { inputs, outputs } = program;
    const computed = [...new Set(outputs)].filter((b) => !inputs.includes(b));
    this.#scalarInputs = this.#scalars(inputs);
    this.#inputs = this.#tensors(inputs);
    this.#scalarOutputs = this.#scalars(computed);
    this.#outputs = this.#tensors(computed);
    this.#donatable = this.#inputs.filter(({ k }) => !outputs.includes(inputs[k]!));
    this.#results = outputs.map((b) => ({ input: inputs.indexOf(b), output: computed.indexOf(b) }));
  }

  #scalars(buffers: readonly Buffer[]): ScalarBinding[] {
    const { scalarSlots } = this.#table;
    return buffers.flatMap((b, k) => {
      const slot = scalarSlots.get(b);
      return slot ? [{ k, slot }] : [];
    });
  }

  #tensors(buffers: readonly Buffer[]): TensorBinding[] {
    const { tensors } = this.#memory;
    return buffers.flatMap((b, k) =>
      this.#table.scalarSlots.has(b)
        ? []
        : [{ k, word: this.#tableWord(b), type: tensors.type(b.dtype, b.size) }],
    );
  }

  /** The index of the word that has the address of a buffer, in the memory as int32. */
  #tableWord(buffer: Buffer): number {
    return this.#table.address / 4 + addressWord(buffer);
  }

  run(values: readonly Value[], donated?: readonly boolean[]): Value[] {
    requireOutsideHost();
    this.#memory.beginRun();
    this.#bindInputs(values);
    const outputs: Value[] = [];
    try {
      this.#allocateOutputs(outputs);
      this.#execute();
    } catch (error) {
      this.#discard(outputs);
      throw error;
    }
    const fault = this.#memory.heap.views.int32[this.#table.address / 4]!;
    if (fault !== 0) {
      this.#discard(outputs);
      throwFault(this.#backend, this.program.items, fault - 1, values);
    }
    return this.#collect(outputs, values, donated);
  }

  #bindInputs(values: readonly Value[]): void {
    const { heap, tensors } = this.#memory;
    for (const { k, slot } of this.#scalarInputs)
      heap.views[slot.dtype][slot.index] = tensors.scalarOf(values[k]!);
    for (const { k, word, type } of this.#inputs) {
      // The memory may grow, which makes other views.
      const address = tensors.addressOf(values[k]!, type);
      heap.views.int32[word] = address;
    }
  }

  /** Adds the tensors that the program is about to fill to `outputs`. */
  #allocateOutputs(outputs: Value[]): void {
    const { heap, tensors } = this.#memory;
    for (const { k, word, type } of this.#outputs) {
      const tensor = tensors.allocate(type);
      outputs[k] = tensor;
      heap.views.int32[word] = tensor.block.address;
    }
  }

  #execute(): void {
    const { heap, arena } = this.#memory;
    const { address } = this.#table;
    if (this.#arenaBase !== arena.address) this.#placeScratch(arena.address);
    heap.views.int32[address / 4] = 0;
    const { run, runKernel, extents } = this.#instance;
    const workspace = this.#arenaBase;
    if (runHook.runKernels)
      runHook.runKernels(this.program, (k) => runKernel(address, k, 0, extents[k]!, workspace));
    else run(address, workspace);
  }

  /** Enters the addresses of scratch buffers, which follow the workspace and move with the arena. */
  #placeScratch(base: number): void {
    const { int32 } = this.#memory.heap.views;
    this.#arenaBase = base;
    for (const [b, offset] of this.#plan.offsets) int32[this.#tableWord(b)] = base + this.#workspace + offset;
  }

  #discard(outputs: readonly Value[]): void {
    for (const { k } of this.#outputs) if (outputs[k]) this.#memory.tensors.release(outputs[k]);
  }

  /** The values of the roots; the memory of donated inputs is freed. */
  #collect(outputs: Value[], values: readonly Value[], donated: readonly boolean[] | undefined): Value[] {
    const { heap, tensors } = this.#memory;
    for (const { k, slot } of this.#scalarOutputs)
      outputs[k] = new ScalarValue(heap.views[slot.dtype][slot.index]!, slot.dtype);
    if (donated) for (const { k } of this.#donatable) if (donated[k]) tensors.release(values[k]!);
    return this.#results.map(({ input, output }) => (input < 0 ? outputs[output]! : values[input]!));
  }

  /** The program that runs, lowered again: there may be many executables, and none keeps its expressions until they are needed. */
  get program(): Program {
    this.#program ??= lower(this.#graph, this.#target);
    return this.#program;
  }

  release(): void {
    this.#table.free();
  }
}
