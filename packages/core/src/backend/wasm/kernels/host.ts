import type { HostKernel } from "../../../lower/ir/program.ts";
import type { KernelFunction, KernelInfo } from "../abi/kernel-function.ts";

/** Calls the imported function of a host op with the addresses of its result and of its operands. */
export function emitHost(
  { f, base }: KernelFunction,
  { out, operands }: HostKernel,
  imported: number,
): KernelInfo {
  f.get(base(out));
  for (const { buffer } of operands) f.get(base(buffer));
  f.call(imported);
  return { extent: 1, workspaceBytes: 0 };
}
