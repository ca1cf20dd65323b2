import type { Buffer } from "./kernel.ts";
import type { Kernel, Program } from "./program.ts";

/** The buffers that a kernel reads, each once. */
export function readBuffers(kernel: Kernel): Buffer[] {
  switch (kernel.kind) {
    case "nest":
      return [
        ...new Set(kernel.args.flatMap((x) => (x.kind === "load" || x.kind === "gather" ? [x.buffer] : []))),
      ];
    case "gemm":
    case "scan":
      return [...new Set([kernel.a.buffer, kernel.b.buffer])];
    case "scatter":
      return [...new Set([kernel.x.buffer, kernel.index.buffer, kernel.src.buffer])];
    case "concat":
      return [...new Set(kernel.parts.map((part) => part.buffer))];
    case "host":
      return [...new Set(kernel.operands.map((operand) => operand.buffer))];
  }
}

/** The buffers that a kernel stores to, each once. */
export function storedBuffers(kernel: Kernel): Buffer[] {
  if (kernel.kind !== "nest") return [kernel.out];
  const stores = kernel.loops.flatMap(({ statements }) => statements.flatMap(({ store }) => store ?? []));
  return [...new Set(stores.map(({ buffer }) => buffer))];
}

/** The buffers that a kernel reads or stores to, each once: those of a nest in the order of its arguments, others from the result on. */
export function buffersOf(kernel: Kernel): Buffer[] {
  const [read, stored] = [readBuffers(kernel), storedBuffers(kernel)];
  return [...new Set(kernel.kind === "nest" ? [...read, ...stored] : [...stored, ...read])];
}

/** The program with other kernels, whose buffers replace those of the same id. */
export function withKernels(program: Program, kernels: readonly Kernel[]): Program {
  const buffers = [...program.buffers];
  for (const buffer of kernels.flatMap(buffersOf)) buffers[buffer.id] = buffer;
  return { ...program, kernels, buffers };
}
