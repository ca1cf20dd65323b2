/** The part of the WebAssembly JavaScript interface that is used here; the core knows neither the DOM's types nor Node's. */
declare namespace WebAssembly {
  type Bytes = Uint8Array;

  class Module {
    private readonly kind: "module";
    constructor(bytes: Bytes);
  }

  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBufferLike;
    /** Adds pages of 64 KiB and gives the number there was. */
    grow(pages: number): number;
  }

  function validate(bytes: Bytes): boolean;

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
}
