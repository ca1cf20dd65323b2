import { wasm } from "../backend/wasm/wasm.ts";

/** How many programs the default backend has compiled. */
export const programsPrepared = (): number => wasm.programsPrepared;

/** Bytes of linear memory of the default backend: its size, and those in use. */
export const linearMemory = (): typeof wasm.linearMemory => wasm.linearMemory;
