import type { FunctionBuilder } from "./assembler.ts";

/** Notes in the table of the program, the first parameter of each of its functions, that an item is at fault. */
export function recordFault(f: FunctionBuilder, item: number): void {
  f.get(0)
    .i32(item + 1)
    .op("i32.store", 2, 0);
}
