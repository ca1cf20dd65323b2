import { bytesOf, type ConcatKernel } from "../../../lower/ir/program.ts";
import { sizeOf } from "../../../shape.ts";
import type { ConstantPool } from "../abi/constant-pool.ts";
import type { KernelFunction, KernelInfo } from "../abi/kernel-function.ts";
import { addressWord } from "../abi/table.ts";
import { emitLoop, emitUntil } from "../assembler/loops.ts";

/** The words that describe a part: the offset of its address in the table, then bytes. */
const words = ["address", "offset", "rowStride", "length"] as const;

/** Copies the parts of each row in sequence, as a list in the pool describes them: code for each could be too long. */
export function emitConcat(
  { f, table, from, to }: KernelFunction,
  { out, parts, shape, dim }: ConcatKernel,
  pool: ConstantPool,
): KernelInfo {
  const bytes = bytesOf[out.dtype];
  const inner = sizeOf(shape.slice(dim + 1));
  const list = pool.list(
    parts.flatMap(({ buffer, offset, row, length }) => [
      4 * addressWord(buffer),
      offset * bytes,
      row * bytes,
      length * inner * bytes,
    ]),
  );
  const [row, destination, part] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const push = (word: (typeof words)[number]) => f.get(part).op("i32.load", 2, 4 * words.indexOf(word));
  f.get(table).op("i32.load", 2, 4 * addressWord(out));
  f.get(from)
    .tee(row)
    .i32(sizeOf(shape.slice(dim)) * bytes)
    .op("i32.mul")
    .op("i32.add")
    .set(destination);
  emitUntil(
    f,
    () => f.get(row).get(to).op("i32.ge_s"),
    () => {
      pool.push(f, list);
      f.set(part);
      emitLoop(f, parts.length, () => {
        f.get(destination).get(table);
        push("address").op("i32.add").op("i32.load", 2, 0);
        push("offset").op("i32.add").get(row);
        push("rowStride").op("i32.mul").op("i32.add");
        push("length").op("memory.copy").get(destination);
        push("length").op("i32.add").set(destination);
        f.get(part)
          .i32(4 * words.length)
          .op("i32.add")
          .set(part);
      });
      f.get(row).i32(1).op("i32.add").set(row);
    },
  );
  return { extent: sizeOf(shape.slice(0, dim)), workspaceBytes: 0 };
}
