import type { Axis, Loop, Nest, Statement } from "../../../lower/ir/kernel.ts";
import type { FunctionBuilder, ValType } from "../assembler/assembler.ts";
import { treeBufferBytes } from "../reduce/accumulator.ts";
import type { NestContext } from "./context.ts";
import { LoopBody, type UnrolledPoint } from "./loop-body.ts";
import { hoistDepths, type PlacedValues, vectorLanes } from "./loop-depth.ts";
import { isSum, unrollFactors } from "./unroll.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/**
 * Writes one nest into a function: rows outside, then its loops one after the other, the innermost in vectors. Gives the
 * bytes of workspace that it uses.
 */
export function emitNest(
  f: FunctionBuilder,
  nest: Nest,
  outside: Pick<NestContext, "base" | "host" | "pushWorkspace">,
): number {
  const variables = new Map<string, number>();
  const results = new Map<Statement, number>();
  const scratch = new Map<string, number>();
  const once = (map: Map<string, number>, key: string, type: ValType): number => {
    const known = map.get(key) ?? f.local(type);
    map.set(key, known);
    return known;
  };
  const variable = (name: string): number => once(variables, name, "i32");
  const around: NestContext = {
    ...outside,
    variable,
    result: (task) => results.get(task) as number,
    scratch: (type, slot) => once(scratch, `${type} ${slot}`, type),
  };

  const advance = (axis: Axis, step: number) =>
    f.get(variable(axis.name)).i32(step).op("i32.add").set(variable(axis.name));

  /** Counts a variable from where it stands, `start`, up to `end`, around `body`. */
  const count = (axis: Axis, start: number, end: number, step: number, body: () => void): void => {
    if (start >= end) return;
    const i = variable(axis.name);
    f.loop(() => {
      body();
      f.get(i).i32(step).op("i32.add").tee(i).i32(end).op("i32.lt_s").brIf(0);
    });
  };

  /** Statements that go in vectors and statements that do not run one after the other: the order of sums depends on the task alone. */
  const emitLoop = (loop: Loop): void => {
    const axes = [...nest.outerAxes, ...loop.axes];
    const stepsFor = (statements: readonly Statement[]) =>
      hoistDepths(statements, nest.args, axes, nest.outerAxes.length);
    if (loop.axes.length === 0) return emitTasks(loop, stepsFor(loop.statements), 1, axes);
    const groups = new Map<1 | 2 | 4, { readonly statements: Statement[]; readonly steps: PlacedValues }>();
    for (const t of loop.statements) {
      const steps = stepsFor([t]);
      const lanes = vectorLanes([t], steps, axes.length);
      const group = groups.get(lanes);
      if (group) group.statements.push(t);
      else groups.set(lanes, { statements: [t], steps });
    }
    for (const [lanes, { statements, steps }] of groups)
      emitTasks(
        { axes: loop.axes, statements },
        statements.length > 1 ? stepsFor(statements) : steps,
        lanes,
        axes,
      );
  };

  const emitTasks = (loop: Loop, steps: PlacedValues, lanes: 1 | 2 | 4, axes: readonly Axis[]): void => {
    const copies = unrollFactors(loop, steps, nest.args, lanes, axes.length);
    const body = new LoopBody(f, around, loop, nest.args, steps, lanes, copies);

    /** The innermost loop, for as many rows of the axis around it as there are points. */
    const line = (axis: Axis, points: readonly UnrolledPoint[]): void => {
      const depth = axes.length;
      for (const p of points) body.spread(p, depth);
      f.i32(0).set(variable(axis.name));
      const below = (size: number) => axis.size - (axis.size % size);
      const [whole, far] =
        lanes === 1 ? [0, 0] : [below(lanes), copies.inner > 1 ? below(copies.inner * lanes) : 0];
      const ahead = upTo(copies.inner).flatMap((k) =>
        points.map((p) => body.fork(p, { ...p.lead, along: k * lanes })),
      );
      count(axis, 0, far, copies.inner * lanes, () => body.run(ahead, depth, "vector"));
      count(axis, far, whole, lanes, () => body.run(points, depth, "vector"));
      count(axis, whole, axis.size, 1, () => body.run(points, depth, "scalar"));
      body.endLine();
    };

    const descend = (k: number, above: UnrolledPoint): void => {
      const axis = loop.axes[k];
      if (!axis) return body.statements([above], "scalar");
      const depth = nest.outerAxes.length + k + 1;
      if (depth === axes.length) {
        body.preparePlaces(depth);
        return line(axis, [above]);
      }
      f.i32(0).set(variable(axis.name));
      const rows = depth === axes.length - 1 ? copies.outer : 1;
      const together = rows > 1 ? axis.size - (axis.size % rows) : 0;
      count(axis, 0, together, 1, () => {
        body.preparePlaces(depth + 1);
        const points = upTo(rows).map((down) => {
          const point = body.fork(above, { along: 0, down });
          if (down > 0) advance(axis, 1);
          body.compute(point, depth, "scalar");
          return point;
        });
        line(loop.axes[k + 1] as Axis, points);
      });
      count(axis, together, axis.size, 1, () => {
        const point = body.fork(above);
        body.compute(point, depth, "scalar");
        descend(k + 1, point);
      });
    };

    const outermost = body.open();
    if (loop.axes.every((a) => a.size > 0)) {
      for (let d = 0; d <= nest.outerAxes.length; d++) body.compute(outermost, d, "scalar");
      descend(0, outermost);
    }
    for (const [task, local] of body.close()) results.set(task, local);
  };

  const rows = (k: number): void => {
    const axis = nest.outerAxes[k];
    if (!axis) return nest.loops.forEach(emitLoop);
    if (axis.size === 0) return;
    f.i32(0).set(variable(axis.name));
    count(axis, 0, axis.size, 1, () => rows(k + 1));
  };
  rows(0);
  return treeBufferBytes * Math.max(0, ...nest.loops.map((l) => l.statements.filter(isSum).length));
}
