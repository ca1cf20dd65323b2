import type { DType } from "../../dtype.ts";
import type { Task } from "../../lower/kernel.ts";
import type { FunctionBuilder, OpName, ValType } from "./assembler.ts";
import { type Push, type Site, splatBytes } from "./site.ts";
import { emitWord } from "./words.ts";

/** What a reduction has come to while its loop runs: apart in the lanes of vectors and in single elements. */
export interface Accumulator {
  /** The dtype that is combined in: float32 sums run in float64, as accurate as the result can say. */
  readonly type: DType;
  readonly single: number;
  readonly vectors: readonly number[];
  /** The lanes as single numbers, where values do not come in vectors: the order of a sum is the same either way. */
  readonly apart: readonly number[];
  /** For positions: where the chosen element was, and how many were seen. */
  readonly chosen: number;
  readonly seen: number;
}

export const valTypes: Record<DType, ValType> = { bool: "i32", int32: "i32", float32: "f32", float64: "f64" };

export function pushConstant(f: FunctionBuilder, value: number, type: DType): void {
  if (type === "float32") f.f32(value);
  else if (type === "float64") f.f64(value);
  else f.i32(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value)));
}

const sumsWide = (task: Task, type: DType): boolean => task.reduce?.word === "add" && type === "float32";

/** A result that has seen nothing yet. */
export function openAccumulator(
  f: FunctionBuilder,
  task: Task,
  valueType: DType,
  lanes: 1 | 2 | 4,
): Accumulator {
  const reduce = task.reduce as NonNullable<Task["reduce"]>;
  const wide = sumsWide(task, valueType);
  const type: DType = wide ? "float64" : valueType;
  const single = f.local(valTypes[type]);
  pushConstant(f, reduce.identity, type);
  f.set(single);
  const vectors = lanes === 1 ? [] : wide ? [f.local("v128"), f.local("v128")] : [f.local("v128")];
  const identity = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, reduce.identity));
  for (const v of vectors)
    f.v128(
      splatBytes(
        type === "int32" ? identity : reduce.identity,
        type,
        type === "float64" ? 2 : lanes === 2 ? 2 : 4,
      ),
    ).set(v);
  const apart =
    lanes > 1 || reduce.position
      ? []
      : Array.from({ length: valueType === "float64" ? 2 : 4 }, () => f.local(valTypes[type]));
  for (const x of apart) {
    pushConstant(f, reduce.identity, type);
    f.set(x);
  }
  const [chosen, seen] = reduce.position ? [f.local("i32"), f.local("i32")] : [-1, -1];
  if (reduce.position) f.i32(0).set(chosen).i32(0).set(seen);
  return { type, single, vectors, apart, chosen, seen };
}

/** Where an element stands in its innermost loop. */
export interface Standing {
  /** The local that counts the loop. */
  readonly place: number;
  /** How many of the elements fill whole vectors. */
  readonly whole: number;
}

/** Combines one element; those that would fill vectors go to the lane that they would have there. */
export function combineScalar(
  site: Site,
  task: Task,
  acc: Accumulator,
  push: Push,
  at: Standing | undefined,
): void {
  const { f, scratch } = site;
  const reduce = task.reduce as NonNullable<Task["reduce"]>;
  if (reduce.position) {
    choose(site, task, acc, push);
    return;
  }
  const x = scratch(7);
  push();
  f.set(x);
  const value = () => {
    f.get(x);
    if (acc.type === "float64" && site.type === "float32") f.op("f64.promote_f32");
  };
  const into = (local: number) => {
    emitWord(reduce.word, { ...site, type: acc.type, width: "scalar" }, [() => f.get(local), value]);
    f.set(local);
  };
  const lanes = acc.apart.length;
  if (!at || lanes === 0 || at.whole === 0) {
    into(acc.single);
    return;
  }
  const lane = (l: number): void => {
    if (l === lanes - 1) into(acc.apart[l] as number);
    else
      f.get(at.place)
        .i32(lanes - 1)
        .op("i32.and")
        .i32(l)
        .op("i32.eq")
        .if(
          () => into(acc.apart[l] as number),
          () => lane(l + 1),
        );
  };
  f.get(at.place)
    .i32(at.whole)
    .op("i32.lt_s")
    .if(
      () => lane(0),
      () => into(acc.single),
    );
}

/** Keeps the element and its place if it beats the one before: it is better, or the first NaN. */
function choose({ f, type, scratch }: Site, task: Task, acc: Accumulator, push: Push): void {
  const prefix = valTypes[type];
  const x = scratch(2);
  const better = task.reduce?.word === "maximum" ? "gt" : "lt";
  const float = type === "float32" || type === "float64";
  push();
  f.set(x)
    .get(x)
    .get(acc.single)
    .op(`${prefix}.${better}${float ? "" : "_s"}` as OpName);
  if (float) {
    f.get(x)
      .get(x)
      .op(`${prefix}.ne` as OpName)
      .get(acc.single)
      .get(acc.single)
      .op(`${prefix}.eq` as OpName);
    f.op("i32.and").op("i32.or");
  }
  f.if(() => f.get(x).set(acc.single).get(acc.seen).set(acc.chosen));
  f.get(acc.seen).i32(1).op("i32.add").set(acc.seen);
}

/** Combines a vector of elements, lane by lane. */
export function combineVector(site: Site, task: Task, acc: Accumulator, push: Push): void {
  const { f } = site;
  const word = task.reduce?.word as string;
  if (acc.vectors.length === 1) {
    emitWord(word, { ...site, width: "vector" }, [() => f.get(acc.vectors[0] as number), push]);
    f.set(acc.vectors[0] as number);
    return;
  }
  const x = f.local("v128");
  const [low, high] = acc.vectors as [number, number];
  push();
  f.set(x).get(low).get(x).op("f64x2.promote_low_f32x4").op("f64x2.add").set(low).get(high).get(x).get(x);
  f.op("i8x16.shuffle", 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  f.op("f64x2.promote_low_f32x4").op("f64x2.add").set(high);
}

/** Joins lanes and single elements, in a fixed order, into a local of the task's dtype. */
export function finishAccumulator(site: Site, task: Task, acc: Accumulator): number {
  const { f, lanes } = site;
  const reduce = task.reduce as NonNullable<Task["reduce"]>;
  const result = f.local(valTypes[task.type]);
  if (reduce.position) {
    f.get(acc.chosen).set(result);
    return result;
  }
  const scalar: Site = { ...site, type: acc.type, width: "scalar" };
  const count = acc.type === "float64" ? 2 : lanes;
  const extract = {
    bool: count === 2 ? "i64x2.extract_lane" : "i32x4.extract_lane",
    int32: "i32x4.extract_lane",
    float32: "f32x4.extract_lane",
    float64: "f64x2.extract_lane",
  } as const;
  for (const v of acc.vectors)
    for (let lane = 0; lane < count; lane++) {
      const push = () => {
        f.get(v).op(extract[acc.type], lane);
        if (acc.type === "bool") (count === 2 ? f.op("i32.wrap_i64") : f).i32(1).op("i32.and");
      };
      emitWord(reduce.word, scalar, [() => f.get(acc.single), push]);
      f.set(acc.single);
    }
  for (const x of acc.apart) {
    emitWord(reduce.word, scalar, [() => f.get(acc.single), () => f.get(x)]);
    f.set(acc.single);
  }
  f.get(acc.single);
  if (task.type === "float32" && acc.type === "float64") f.op("f32.demote_f64");
  f.set(result);
  return result;
}
