import type { Buffer, Statement } from "../../../lower/ir/kernel.ts";
import type { ScratchLocal } from "../instructions/context.ts";

/** The names that the code of a nest refers to. */
export interface NestContext {
  /** The local that holds the address of a buffer. */
  readonly base: (buffer: Buffer) => number;
  /** The local that holds a loop variable. */
  readonly variable: (name: string) => number;
  /** The local that holds the result of a reduction of an earlier loop. */
  readonly result: (statement: Statement) => number;
  readonly scratch: ScratchLocal;
  /** The imported function that computes an op on the host, on integers or in float64. */
  readonly host: (name: string, isInteger: boolean) => number;
  /** The local that holds the address of the workspace. */
  readonly workspace: number;
}
