import { ChainruleError } from "../../../errors.ts";

/** The smallest module: "\0asm", version 1. */
const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

function compiles(): boolean {
  try {
    return Boolean(new WebAssembly.Module(empty));
  } catch {
    return false;
  }
}

/** Compiles a module. @throws if the page or the runtime forbids WebAssembly. */
export function compileModule(bytes: Uint8Array): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    if (compiles()) throw cause;
    throw new ChainruleError(
      "state",
      "wasm",
      "WebAssembly may not be compiled here. A Content-Security-Policy has to allow it: script-src 'wasm-unsafe-eval'. " +
        "Where that is not possible, as in edge runtimes, call setBackend(interpreter) first, both from @chainrule/core",
      { cause },
    );
  }
}
