import type { Axis, Loop, Nest, Task } from "../../lower/kernel.ts";
import type { FunctionBuilder, ValType } from "./assembler.ts";
import { Body, type Surroundings } from "./body.ts";
import { lanesOf, type Steps, stepsOf } from "./steps.ts";

/** Writes one nest into a function: rows outside, then its loops one after the other, the innermost in vectors. */
export function emitNest(
  f: FunctionBuilder,
  nest: Nest,
  outside: Pick<Surroundings, "base" | "host" | "faultCell">,
): void {
  const variables = new Map<string, number>();
  const results = new Map<Task, number>();
  const scratch = new Map<string, number>();
  const once = (map: Map<string, number>, key: string, type: ValType): number => {
    const known = map.get(key) ?? f.local(type);
    map.set(key, known);
    return known;
  };
  const variable = (name: string): number => once(variables, name, "i32");
  const around: Surroundings = {
    ...outside,
    variable,
    result: (task) => results.get(task) as number,
    scratch: (type, slot) => once(scratch, `${type} ${slot}`, type),
  };

  /** Counts a variable from where it stands up to `end`, around `body`. */
  const count = (axis: Axis, end: number, step: number, body: () => void): void => {
    const i = variable(axis.name);
    f.loop(() => {
      body();
      f.get(i).i32(step).op("i32.add").tee(i).i32(end).op("i32.lt_s").brIf(0);
    });
  };

  /** Tasks that go in vectors and tasks that do not run one after the other: the order of sums depends on the task alone. */
  const emitLoop = (loop: Loop): void => {
    const axes = [...nest.rows, ...loop.axes];
    const stepsFor = (tasks: readonly Task[]) => stepsOf(tasks, nest.args, axes, nest.rows.length);
    const groups = new Map<1 | 2 | 4, { readonly tasks: Task[]; readonly steps: Steps }>();
    for (const t of loop.tasks) {
      const steps = stepsFor([t]);
      const lanes = loop.axes.length === 0 ? 1 : lanesOf([t], steps, axes.length);
      const group = groups.get(lanes);
      if (group) group.tasks.push(t);
      else groups.set(lanes, { tasks: [t], steps });
    }
    for (const [lanes, { tasks, steps }] of groups)
      emitTasks({ axes: loop.axes, tasks }, tasks.length > 1 ? stepsFor(tasks) : steps, lanes, axes);
  };

  const emitTasks = (loop: Loop, steps: Steps, lanes: 1 | 2 | 4, axes: readonly Axis[]): void => {
    const deepest = axes.length;
    const body = new Body(f, around, loop, nest.args, steps, lanes);
    const compute = (depth: number, width: "scalar" | "vector") => {
      for (const s of steps.values()) if (s.depth === depth) body.compute(s, width);
    };
    const descend = (k: number): void => {
      const axis = loop.axes[k];
      if (!axis) return body.tasks("scalar");
      const depth = nest.rows.length + k + 1;
      const last = depth === deepest;
      if (last) body.prepare(depth);
      f.i32(0).set(variable(axis.name));
      const whole = last && lanes > 1 ? axis.size - (axis.size % lanes) : 0;
      const restore = body.snapshot();
      if (whole > 0)
        count(axis, whole, lanes, () => {
          compute(depth, "vector");
          body.tasks("vector");
        });
      restore();
      if (whole < axis.size)
        count(axis, axis.size, 1, () => {
          compute(depth, "scalar");
          descend(k + 1);
        });
    };
    body.open();
    for (let d = 0; d <= nest.rows.length; d++) compute(d, "scalar");
    if (loop.axes.every((a) => a.size > 0)) descend(0);
    for (const [task, local] of body.close()) results.set(task, local);
  };

  const rows = (k: number): void => {
    const axis = nest.rows[k];
    if (!axis) return nest.loops.forEach(emitLoop);
    if (axis.size === 0) return;
    f.i32(0).set(variable(axis.name));
    count(axis, axis.size, 1, () => rows(k + 1));
  };
  rows(0);
}
