import { instructions, type OpName, unsigned } from "./opcodes.ts";

export type { OpName } from "./opcodes.ts";

export type ValType = "i32" | "i64" | "f32" | "f64" | "v128";

const typeCodes: Record<ValType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };
const END = 0x0b;
const NO_RESULT = 0x40;

/** Signed LEB128 of a 32-bit integer. */
function signed(value: number): number[] {
  const [low, rest] = [value & 0x7f, value >> 7];
  return rest === (low & 0x40 ? -1 : 0) ? [low] : [low | 0x80, ...signed(rest)];
}

/** Signed LEB128 of a 64-bit integer. */
function signedLong(value: bigint): number[] {
  const [low, rest] = [Number(BigInt.asUintN(7, value)), value >> 7n];
  return rest === (low & 0x40 ? -1n : 0n) ? [low] : [low | 0x80, ...signedLong(rest)];
}

const scratch = new DataView(new ArrayBuffer(8));

/** The body of one function; each call appends an instruction. */
export class FunctionBuilder {
  readonly #locals: ValType[] = [];
  readonly #code: number[] = [];

  /** Parameters are locals 0 … n−1. */
  constructor(
    readonly params: readonly ValType[],
    readonly results: readonly ValType[],
  ) {}

  /** Adds a local, initially zero. */
  local(type: ValType): number {
    return this.params.length + this.#locals.push(type) - 1;
  }

  /** Appends an instruction: `op("v128.load", log2Align, offset)`, `op("f32x4.extract_lane", lane)`. */
  op(name: OpName, ...immediates: number[]): this {
    const row = instructions.get(name)!;
    if (immediates.length !== row.immediates)
      throw new Error(`${name} takes ${row.immediates} immediates, not ${immediates.length}`);
    this.#code.push(...row.code);
    for (let k = 0; k < immediates.length; k++) this.#number(immediates[k]!);
    this.#code.push(...row.fixed);
    return this;
  }

  #number(value: number): this {
    if (value < 0x80) this.#code.push(value);
    else this.#code.push(...unsigned(value));
    return this;
  }

  i32(x: number): this {
    this.#code.push(0x41, ...signed(x | 0));
    return this;
  }

  i64(x: bigint): this {
    this.#code.push(0x42, ...signedLong(BigInt.asIntN(64, x)));
    return this;
  }

  f32(x: number): this {
    scratch.setFloat32(0, x, true);
    this.#code.push(0x43, ...new Uint8Array(scratch.buffer, 0, 4));
    return this;
  }

  f64(x: number): this {
    scratch.setFloat64(0, x, true);
    this.#code.push(0x44, ...new Uint8Array(scratch.buffer, 0, 8));
    return this;
  }

  /** A vector constant, from its 16 bytes. */
  v128(bytes: Uint8Array): this {
    if (bytes.length !== 16) throw new Error(`v128 takes 16 bytes, not ${bytes.length}`);
    this.#code.push(0xfd, 0x0c, ...bytes);
    return this;
  }

  get(local: number): this {
    this.#code.push(0x20);
    return this.#number(local);
  }
  set(local: number): this {
    this.#code.push(0x21);
    return this.#number(local);
  }
  tee(local: number): this {
    this.#code.push(0x22);
    return this.#number(local);
  }

  /** `br(0)` inside leaves the block. */
  block(body: () => void): this {
    this.#code.push(0x02, NO_RESULT);
    body();
    this.#code.push(END);
    return this;
  }

  /** `br(0)` inside starts the body again; without it the loop ends. */
  loop(body: () => void): this {
    this.#code.push(0x03, NO_RESULT);
    body();
    this.#code.push(END);
    return this;
  }

  /** Pops the i32 condition; both arms are one label. */
  if(then: () => void, otherwise?: () => void, result?: ValType): this {
    this.#code.push(0x04, result ? typeCodes[result] : NO_RESULT);
    then();
    if (otherwise) {
      this.#code.push(0x05);
      otherwise();
    }
    this.#code.push(END);
    return this;
  }

  /** `depth` counts the blocks, loops and ifs between here and the target. */
  br(depth: number): this {
    return this.op("br", depth);
  }
  brIf(depth: number): this {
    return this.op("br_if", depth);
  }
  call(index: number): this {
    return this.op("call", index);
  }
  return(): this {
    return this.op("return");
  }

  /** The entry of the code section. */
  bytes(): Bytes {
    const groups: [count: number, type: ValType][] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last?.[1] === type) last[0]++;
      else groups.push([1, type]);
    }
    const locals = vector(groups.map(([count, type]) => [[...unsigned(count), typeCodes[type]]]));
    return sized([...locals, this.#code, [END]]);
  }
}

/** Bytes in pieces, which are concatenated once. */
type Bytes = readonly (readonly number[])[];

const lengthOf = (pieces: Bytes): number => pieces.reduce((n, piece) => n + piece.length, 0);

const sized = (content: Bytes): Bytes => [unsigned(lengthOf(content)), ...content];

const vector = (items: readonly Bytes[]): Bytes => [unsigned(items.length), ...items.flat()];

/** Names of imports and exports are ASCII here. */
const text = (name: string): number[] => [...unsigned(name.length), ...[...name].map((c) => c.charCodeAt(0))];

const section = (id: number, items: readonly Bytes[]): Bytes =>
  items.length === 0 ? [] : [[id], ...sized(vector(items))];

const concatenated = (pieces: Bytes): Uint8Array => {
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};

/** A module: at most one imported memory, imported functions, then its own functions. */
export class ModuleBuilder {
  readonly #types: number[][] = [];
  readonly #typeIndex = new Map<string, number>();
  readonly #imports: number[][] = [];
  readonly #exports: number[][] = [];
  readonly #functions: FunctionBuilder[] = [];
  #importedFunctions = 0;

  #type(params: readonly ValType[], results: readonly ValType[]): number {
    const key = `${params}:${results}`;
    const index = this.#typeIndex.get(key) ?? this.#types.length;
    if (index === this.#types.length) {
      const list = (types: readonly ValType[]) => [types.length, ...types.map((type) => typeCodes[type])];
      this.#types.push([0x60, ...list(params), ...list(results)]);
      this.#typeIndex.set(key, index);
    }
    return index;
  }

  /** A memory of any size. */
  importMemory(module: string, name: string): void {
    this.#imports.push([...text(module), ...text(name), 0x02, 0, 0]);
  }

  /** Imports a function and returns its index. Imports precede the module's own functions. */
  importFunction(
    module: string,
    name: string,
    params: readonly ValType[],
    results: readonly ValType[],
  ): number {
    if (this.#functions.length > 0) throw new Error(`import ${name} before the first func()`);
    this.#imports.push([...text(module), ...text(name), 0x00, ...unsigned(this.#type(params, results))]);
    return this.#importedFunctions++;
  }

  /**
   * Adds a function and returns its index. `bytes()` reads the body, so that code may be appended to it after this call, and
   * may call functions that are added later.
   */
  func(body: FunctionBuilder, exportName?: string): number {
    const index = this.#importedFunctions + this.#functions.push(body) - 1;
    if (exportName !== undefined) this.#exports.push([...text(exportName), 0x00, ...unsigned(index)]);
    return index;
  }

  /** The module in the binary format. */
  bytes(): Uint8Array {
    const declarations = this.#functions.map(({ params, results }) => unsigned(this.#type(params, results)));
    const entries = (list: readonly number[][]) => list.map((entry) => [entry]);
    return concatenated([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, entries(this.#types)),
      ...section(2, entries(this.#imports)),
      ...section(3, entries(declarations)),
      ...section(7, entries(this.#exports)),
      ...section(
        10,
        this.#functions.map((body) => body.bytes()),
      ),
    ]);
  }
}
