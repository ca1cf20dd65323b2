import type { Buffer } from "../../../lower/ir/kernel.ts";
import { bytesOf, type ConcatKernel } from "../../../lower/ir/program.ts";
import { sizeOf } from "../../../shape.ts";
import type { FunctionBuilder } from "../assembler/assembler.ts";
import { emitLoop } from "../assembler/loops.ts";
import type { OffsetTables } from "../gemm/emit.ts";

/** What the list says of each part: where the address of its buffer stands in the table, then bytes. */
const words = ["table", "start", "row", "length"] as const;

interface JoinSurroundings {
  /** Where the address of a buffer stands in the table, in bytes. */
  readonly entryOf: (b: Buffer) => number;
  readonly places: OffsetTables;
  /** Puts the address of a list of places on the stack. */
  readonly pushList: (start: number) => void;
}

/** Copies the parts of each row one behind the other, as a list tells: there may be more of them than code could name. */
export function emitConcat(
  f: FunctionBuilder,
  { out, parts, shape, dim }: ConcatKernel,
  { entryOf, places, pushList }: JoinSurroundings,
): void {
  const bytes = bytesOf[out.dtype];
  const inner = sizeOf(shape.slice(dim + 1));
  const list = places.list(
    parts.flatMap(({ buffer, offset, row, length }) => [
      entryOf(buffer),
      offset * bytes,
      row * bytes,
      length * inner * bytes,
    ]),
  );
  const [to, part] = [f.local("i32"), f.local("i32")];
  const push = (word: (typeof words)[number]) => f.get(part).op("i32.load", 2, 4 * words.indexOf(word));
  const load = () => f.op("i32.load", 2, 0);
  f.get(0).i32(entryOf(out)).op("i32.add");
  load().set(to);
  emitLoop(f, sizeOf(shape.slice(0, dim)), (row) => {
    pushList(list);
    f.set(part);
    emitLoop(f, parts.length, () => {
      f.get(to).get(0);
      push("table").op("i32.add");
      load();
      push("start").op("i32.add").get(row);
      push("row").op("i32.mul").op("i32.add");
      push("length").op("memory.copy").get(to);
      push("length").op("i32.add").set(to);
      f.get(part)
        .i32(4 * words.length)
        .op("i32.add")
        .set(part);
    });
  });
}
