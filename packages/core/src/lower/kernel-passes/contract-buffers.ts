import { pointCount } from "../ir/axes.ts";
import { addIndex, constantIndex, type Index, loopVariable, scaleIndex } from "../ir/index-map.ts";
import type { Arg, Axis, Buffer, Nest, Statement } from "../ir/kernel.ts";
import type { Program } from "../ir/program.ts";
import { rewriteBackward } from "./rewrite.ts";

interface Access {
  readonly buffer: Buffer;
  readonly index: Index;
}

/** The number of the row that the outer axes are at. */
const rowNumber = (outerAxes: readonly Axis[]): Index =>
  outerAxes.reduce(
    (row, { name, size }) => addIndex(scaleIndex(row, size), loopVariable(name, size)),
    constantIndex(0),
  );

/**
 * The nest with row buffers in place of the buffers that are not live and of which each row reads and stores only its own
 * part: that at row·size, as of a tensor whose first axes are the outer axes.
 */
function contractNest(nest: Nest, live: ReadonlySet<Buffer>): Nest {
  const count = pointCount(nest.outerAxes);
  if (count < 2) return nest;
  const row = rowNumber(nest.outerAxes);
  const stores = nest.loops.flatMap(({ statements }) => statements.flatMap(({ store }) => store ?? []));
  const accesses: Access[] = [...stores, ...nest.args.flatMap((x) => (x.kind === "load" ? [x] : []))];
  const gathered = new Set(nest.args.flatMap((x) => (x.kind === "gather" ? [x.buffer] : [])));
  const withinRow = (index: Index, size: number): Index => addIndex(index, scaleIndex(row, -size));
  const staysInRow = (buffer: Buffer, size: number): boolean =>
    Number.isInteger(size) &&
    !gathered.has(buffer) &&
    accesses.every((access) => {
      if (access.buffer !== buffer) return true;
      const { low, high } = withinRow(access.index, size);
      return low >= 0 && high < size;
    });
  const rowBuffers = new Map<Buffer, Buffer>();
  for (const { buffer } of stores) {
    const size = buffer.size / count;
    if (!live.has(buffer) && !rowBuffers.has(buffer) && staysInRow(buffer, size))
      rowBuffers.set(buffer, { ...buffer, size });
  }
  return rowBuffers.size === 0
    ? nest
    : mapAccesses(nest, (access) => {
        const buffer = rowBuffers.get(access.buffer);
        return buffer ? { ...access, buffer, index: withinRow(access.index, buffer.size) } : access;
      });
}

/** The nest with other stores and loads. */
function mapAccesses(nest: Nest, map: <A extends Access>(access: A) => A): Nest {
  const mapped = new Map<Statement, Statement>();
  const loops = nest.loops.map(({ axes, statements }) => ({
    axes,
    statements: statements.map((statement) => {
      const result = { ...statement, store: statement.store && map(statement.store) };
      mapped.set(statement, result);
      return result;
    }),
  }));
  const args = nest.args.map((x): Arg => {
    if (x.kind === "result") return { ...x, statement: mapped.get(x.statement)! };
    return x.kind === "load" ? map(x) : x;
  });
  return { ...nest, loops, args };
}

/** Array contraction: a buffer that one nest alone uses, row by row, shrinks to one row, which every row reuses. */
export const contractToRows = (program: Program): Program =>
  rewriteBackward(program, (kernel, live) => (kernel.kind === "nest" ? contractNest(kernel, live) : kernel));
