import { pointCount } from "../ir/axes.ts";
import type { Index } from "../ir/index-map.ts";
import type { Arg, Buffer, Nest, Statement } from "../ir/kernel.ts";
import { check, nameOf } from "./check.ts";
import type { Stored } from "./stored.ts";
import { checkTypes } from "./types.ts";
import { holdsAt, type Point, valueAt, visit } from "./visit.ts";

/** Of nests with more points a sample is visited. */
const maxPoints = 1024;
const sampledPoints = 32;

type Access = { readonly buffer: Buffer; readonly index: Index };

function checkBounds({ buffer, index }: Access, low: number, high: number): void {
  check(low >= 0 && high < buffer.size, () => `${nameOf(buffer)} at ${index.key}, ${low} … ${high}`);
}

/** How far beyond its index an argument may read. */
const extentOf = (x: Arg): number => (x.kind === "gather" ? Math.max(0, x.size - 1) * x.stride : 0);

/** Whether a statement stores its result at the end of the loop rather than at each point. */
const storesAtEnd = ({ reduce, accumulateInMemory }: Statement): boolean =>
  reduce !== undefined && !accumulateInMemory;

const storedBy = (statements: readonly Statement[]): Set<Buffer> =>
  new Set(statements.flatMap(({ store }) => store?.buffer ?? []));

/** Checks that loops read results of earlier loops only, and no buffer that they store to; returns what each loop reads. */
function checkOrder({ loops, args }: Nest, stored: Stored): ReadonlySet<Arg>[] {
  const storedInNest = storedBy(loops.flatMap((loop) => loop.statements));
  const done = new Set<Statement>();
  return loops.map((loop) => {
    const reads = checkTypes(loop, args);
    const storedInLoop = storedBy(loop.statements);
    for (const x of reads) {
      if (x.kind === "result")
        check(
          done.has(x.statement) && storesAtEnd(x.statement),
          () => "a result of no earlier reduction is read",
        );
      if (x.kind !== "load" && x.kind !== "gather") continue;
      check(!storedInLoop.has(x.buffer), () => `${nameOf(x.buffer)} is read by the loop that stores it`);
      check(
        storedInNest.has(x.buffer) || stored.isWhole(x.buffer),
        () => `${nameOf(x.buffer)} is read before it is stored`,
      );
    }
    for (const statement of loop.statements) done.add(statement);
    return reads;
  });
}

/**
 * Interprets the accesses of a nest: indices are within bounds, elements are stored before they are read, and points of
 * the parallel axes neither store nor read what another point has stored. `isRowBuffer` names the buffers that are private
 * to a row.
 */
export function checkNest(nest: Nest, stored: Stored, isRowBuffer: (b: Buffer) => boolean): void {
  const { outerAxes, loops } = nest;
  check(nest.parallel <= outerAxes.length, () => `${nest.parallel} of ${outerAxes.length} axes are parallel`);
  const points = pointCount(outerAxes) * loops.reduce((n, { axes }) => n + pointCount(axes), 0);
  const isExact = points <= maxPoints;
  const reads = checkOrder(nest, stored);
  const buffers = storedBy(loops.flatMap((loop) => loop.statements));
  const at: Point = new Map();
  let parallelPoint = -1;

  const load = (x: Arg): void => {
    if ((x.kind !== "load" && x.kind !== "gather") || !holdsAt(x.guard, at)) return;
    if (x.kind === "gather" && x.size === 0) return;
    const index = valueAt(x.index, at);
    checkBounds(x, index, index + extentOf(x));
    if (x.kind !== "load" || !isExact) return;
    check(stored.has(x.buffer, index), () => `${nameOf(x.buffer)} at ${index} is read before it is stored`);
    checkOwner(x.buffer, index);
  };
  const checkOwner = (buffer: Buffer, index: number): void => {
    if (!buffers.has(buffer)) return;
    const owner = stored.pointOf(buffer, index);
    check(
      owner === undefined || owner === parallelPoint,
      () => `${nameOf(buffer)} at ${index} belongs to another point of the parallel axes`,
    );
  };
  const store = ({ store: access, reduce, accumulateInMemory }: Statement): void => {
    if (!access) return;
    const index = valueAt(access.index, at);
    checkBounds(access, index, index);
    if (!isExact) return;
    if (reduce && accumulateInMemory)
      check(
        stored.has(access.buffer, index),
        () => `${nameOf(access.buffer)} at ${index} accumulates without an initial value`,
      );
    checkOwner(access.buffer, index);
    stored.element(access.buffer, index, parallelPoint);
  };
  const row = (): void => {
    for (const b of buffers) if (isRowBuffer(b)) stored.forget(b);
    loops.forEach(({ axes, statements }, l) => {
      visit(axes, isExact ? pointCount(axes) : sampledPoints, at, () => {
        for (const x of reads[l]!) load(x);
        for (const statement of statements) if (!storesAtEnd(statement)) store(statement);
      });
      for (const statement of statements) if (storesAtEnd(statement)) store(statement);
    });
  };
  const max = (count: number): number => (isExact ? count : sampledPoints);
  const [parallel, sequential] = [outerAxes.slice(0, nest.parallel), outerAxes.slice(nest.parallel)];
  visit(parallel, max(pointCount(parallel)), at, () => {
    parallelPoint++;
    visit(sequential, max(pointCount(sequential)), at, row);
  });
  for (const b of buffers)
    if (isExact) stored.endNest(b);
    else stored.whole(b);
}
