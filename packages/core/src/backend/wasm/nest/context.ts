import type { Buffer, Statement } from "../../../lower/ir/kernel.ts";
import type { ScratchLocal } from "../instructions/context.ts";

/** What code inside a loop needs from around it. */
export interface NestContext {
  /** The local that holds the address of a buffer. */
  readonly base: (buffer: Buffer) => number;
  /** The local that counts a loop variable. */
  readonly variable: (name: string) => number;
  /** The local that holds what a task of an earlier loop came to. */
  readonly result: (task: Statement) => number;
  readonly scratch: ScratchLocal;
  /** The imported function for a word that the backend does not know, on integers or in float64. */
  readonly host: (name: string, integer: boolean) => number;
  /** Puts the address of the workspace on the stack. */
  readonly pushWorkspace: () => void;
}
