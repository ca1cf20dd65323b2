import { sizeOf } from "../../shape.ts";
import type { Index } from "../ir/index-map.ts";
import type { Arg, Axis, Buffer, Nest, Statement } from "../ir/kernel.ts";
import { check, nameOf } from "./check.ts";
import type { Stored } from "./stored.ts";
import { readsOf } from "./types.ts";
import { holdsAt, type Point, valueAt, visit } from "./visit.ts";

/** Nests of more points are looked at in about so many. */
const mostPoints = 1024;

const countOf = (axes: readonly Axis[]): number => sizeOf(axes.map((a) => a.size));

/** How many elements further than its index a place may reach. */
const reachOf = (x: Arg): number => (x.kind === "gather" ? Math.max(0, x.size - 1) * x.stride : 0);

type Place = { readonly buffer: Buffer; readonly index: Index };

function within({ buffer, index }: Place, low: number, high: number): void {
  check(low >= 0 && high < buffer.size, () => `${nameOf(buffer)} at ${index.key}, ${low} … ${high}`);
}

/** Whether the result of a task is stored when its loop is over, and not at each of its points. */
const isStoredAfter = ({ reduce, accumulateInMemory }: Statement): boolean =>
  reduce !== undefined && !accumulateInMemory;

/**
 * Goes through a nest as it runs: every place lies within its buffer, what is read was stored before, and results are those
 * of earlier loops. `isForRow` tells the buffers that each row starts anew with.
 */
export function checkNest(nest: Nest, stored: Stored, isForRow: (b: Buffer) => boolean): void {
  const { outerAxes, loops, args } = nest;
  const points = countOf(outerAxes) * loops.reduce((n, { axes }) => n + countOf(axes), 0);
  const isExact = points <= mostPoints;
  const statements = loops.flatMap((l) => l.statements);
  const made = new Set(statements.flatMap(({ store }) => store?.buffer ?? []));
  const reads = loops.map((loop) => readsOf(loop, args));
  const done = new Set<Statement>();
  loops.forEach((loop, l) => {
    const own = new Set(loop.statements.flatMap(({ store }) => store?.buffer ?? []));
    for (const x of reads[l] as ReadonlySet<Arg>) {
      if (x.kind === "result")
        check(done.has(x.task) && isStoredAfter(x.task), () => "a result of no earlier reduction is read");
      if (x.kind !== "load" && x.kind !== "gather") continue;
      check(!own.has(x.buffer), () => `${nameOf(x.buffer)} is read by the loop that stores it`);
      check(
        made.has(x.buffer) || stored.isWhole(x.buffer),
        () => `${nameOf(x.buffer)} is read before it is stored`,
      );
    }
    for (const t of loop.statements) done.add(t);
  });

  const load = (x: Arg, at: Point): void => {
    if ((x.kind !== "load" && x.kind !== "gather") || !holdsAt(x.guard, at)) return;
    if (x.kind === "gather" && x.size === 0) return;
    const place = valueAt(x.index, at);
    within(x, place, place + reachOf(x));
    if (x.kind === "load" && isExact)
      check(stored.has(x.buffer, place), () => `${nameOf(x.buffer)} at ${place} is read before it is stored`);
  };
  const store = ({ store: to, reduce, accumulateInMemory }: Statement, at: Point): void => {
    if (!to) return;
    const place = valueAt(to.index, at);
    within(to, place, place);
    if (reduce && accumulateInMemory && isExact)
      check(stored.has(to.buffer, place), () => `${nameOf(to.buffer)} at ${place} is combined with nothing`);
    if (isExact) stored.element(to.buffer, place);
  };
  const most = (axes: readonly Axis[]): number => (isExact ? countOf(axes) : 32);
  const at: Point = new Map();
  visit(outerAxes, most(outerAxes), at, () => {
    for (const b of made) if (isForRow(b)) stored.forget(b);
    loops.forEach(({ axes, statements }, l) => {
      visit(axes, most(axes), at, () => {
        for (const x of reads[l] as ReadonlySet<Arg>) load(x, at);
        for (const t of statements) if (!isStoredAfter(t)) store(t, at);
      });
      for (const t of statements) if (isStoredAfter(t)) store(t, at);
    });
  });
  if (!isExact) for (const b of made) stored.whole(b);
}
