import { arrays, type DType, isFloat, saturate, type TypedArray } from "../dtype.ts";
import { fail } from "../errors.ts";
import type { Family, HostView, Op } from "../graph/node.ts";
import type { Indexing } from "../graph/op.ts";
import { ArrayValue, elementsNow, type Value } from "../graph/value.ts";
import { checkIndices } from "../ops/indexing.ts";
import { movementRule } from "../ops/movement-rules.ts";
import { combinationOf } from "../ops/reduction-rules.ts";
import { sourceFormula } from "../ops/source.ts";
import { arg, type Expr, type Scalar, toExpr } from "../scalar/expr.ts";
import { linearize } from "../scalar/linearize.ts";
import { primitives } from "../scalar/primitives.ts";
import { referenceFunction } from "../scalar/reference.ts";
import { insertCasts } from "../scalar/types.ts";
import { type Shape, sizeOf, stridesOf } from "../shape.ts";
import type { Backend } from "./backend.ts";
import { checkElements } from "./diagnose-fault.ts";
import { runHook } from "./hooks.ts";
import { requireOutsideHost, runHost } from "./host.ts";

type Elements = ArrayLike<number>;

/** Evaluates expressions over `n` elements, one instruction at a time; an operand of length 1 is broadcast. */
function evaluate(
  roots: readonly Scalar[],
  args: readonly Elements[],
  types: readonly DType[],
  n: number,
): Elements[] {
  const code = linearize(roots.map(toExpr), types);
  const results: Elements[] = [];
  /** The result of an instruction; a constant saturates to the dtype in which it is read. */
  const operandOf = (k: number, dtype: DType | undefined): Elements => {
    const instruction = code.instructions[k];
    return instruction?.kind === "const" && dtype ? [saturate(instruction.value, dtype)] : results[k]!;
  };
  for (const step of code.instructions) {
    if (step.kind === "arg") results.push(args[step.index]!);
    else if (step.kind === "const") results.push([step.value]);
    else {
      const { operands } = step;
      const compute = referenceFunction(step.name, step.op, operands !== undefined && !isFloat(operands));
      const [a, b, c] = step.args.map((k) => operandOf(k, operands));
      const last = [a, b, c].map((x) => (x?.length === 1 ? 0 : n - 1));
      const [la, lb, lc] = last as [number, number, number];
      const out = new Float64Array(step.args.every((k) => results[k]?.length === 1) ? Math.min(n, 1) : n);
      for (let i = 0; i < out.length; i++)
        out[i] = compute(
          a?.[Math.min(i, la)] as number,
          b?.[Math.min(i, lb)] as number,
          c?.[Math.min(i, lc)] as number,
        );
      results.push(out);
    }
  }
  return code.outputs.map((k) => results[k]!);
}

/** The coordinate along each axis of every element, in row-major order. */
function coordinates(shape: Shape): Float64Array[] {
  const n = sizeOf(shape);
  return stridesOf(shape).map((stride, d) => {
    const size = shape[d]!;
    return Float64Array.from({ length: n }, (_, i) => Math.floor(i / stride) % size);
  });
}

/** Arguments of an expression, one for each coordinate or input. */
const argumentsFrom = (count: number, from = 0): Expr[] =>
  Array.from({ length: count }, (_, i) => arg(from + i));

/** The offset of every element of a shape, given a stride for each axis. */
function offsetsOf(shape: Shape, strides: readonly number[]): Int32Array {
  let list = new Int32Array([0]);
  shape.forEach((n, d) => {
    const stride = strides[d]!;
    const next = new Int32Array(list.length * n);
    for (let i = 0; i < list.length; i++) for (let j = 0; j < n; j++) next[i * n + j] = list[i]! + j * stride;
    list = next;
  });
  return list;
}

/** The reference of a primitive on elements of a dtype. */
const primitiveIn = (name: keyof typeof primitives, dtype: DType) =>
  referenceFunction(name, primitives[name], !isFloat(dtype));

/** Shape and dtype of an operand or a result. */
interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The type of a node and those of its inputs. */
interface OpContext extends TensorType {
  readonly inputs: readonly TensorType[];
}

/** Fills `out` with the value of a node, given the values of its inputs. */
type Evaluator<O extends Op> = (
  op: O,
  node: OpContext,
  inputs: readonly Elements[],
  out: TypedArray | Float64Array,
) => void;

/** The offset in the indexed tensor at which each index element reads or writes. */
function indexedOffsets(op: Indexing, node: OpContext, index: Elements): Int32Array {
  const [x, ix] = node.inputs as readonly [TensorType, TensorType];
  checkIndices(op.name, index, op.dim, x.shape[op.dim]!);
  const strides = stridesOf(x.shape);
  const base = offsetsOf(
    ix.shape,
    strides.map((s, d) => (d === op.dim ? 0 : s)),
  );
  return base.map((p, i) => p + index[i]! * strides[op.dim]!);
}

const evaluators: { readonly [F in Family]: Evaluator<Extract<Op, { family: F }>> } = {
  elementwise(op, node, inputs, out) {
    const x = argumentsFrom(inputs.length);
    const types = node.inputs.map((input) => input.dtype);
    if (op.require && out.length > 0) {
      const [holds] = evaluate([op.require.holds(x)], inputs, types, out.length) as [Elements];
      checkElements(op, inputs[op.require.of]!, holds);
    }
    const formula = insertCasts(op.f(x), x, types, node.dtype);
    const [y] = evaluate([formula], inputs, types, out.length) as [Elements];
    if (y.length === out.length) out.set(y);
    else out.fill(y[0]!);
  },

  movement(op, node, inputs, out) {
    const at = coordinates(node.shape);
    const types = at.map((): DType => "int32");
    const shapes = node.inputs.map((x) => x.shape);
    for (const { input, index, valid } of [
      ...movementRule(op).reads(op, shapes, argumentsFrom(at.length)),
    ].reverse()) {
      const strides = stridesOf(node.inputs[input]!.shape);
      const [holds, ...axes] = evaluate([valid ?? 1, ...index], at, types, out.length) as [
        Elements,
        ...Elements[],
      ];
      for (let i = 0; i < out.length; i++) {
        if (!holds[holds.length === 1 ? 0 : i]) continue;
        let from = 0;
        for (let d = 0; d < axes.length; d++) {
          const axis = axes[d]!;
          from += axis[axis.length === 1 ? 0 : i]! * strides[d]!;
        }
        out[i] = inputs[input]![from]!;
      }
    }
  },

  reduction(op, node, [x], out) {
    const { shape, dtype } = node.inputs[0]!;
    const { combine: primitive, identity, isArgReduction } = combinationOf(op, dtype);
    const combine = primitiveIn(primitive, isArgReduction ? dtype : node.dtype);
    const strides = stridesOf(shape);
    const kept = shape.map((_, d) => d).filter((d) => !op.dims.includes(d));
    const pick = (dims: readonly number[], of: readonly number[]) => dims.map((d) => of[d]!);
    const inner = offsetsOf(pick(op.dims, shape), pick(op.dims, strides));
    offsetsOf(pick(kept, shape), pick(kept, strides)).forEach((start, i) => {
      let result = identity;
      let chosen = 0;
      inner.forEach((offset, k) => {
        const next = combine(result, x?.[start + offset] as number);
        if (next !== result && !Number.isNaN(result)) chosen = k;
        result = next;
      });
      out[i] = isArgReduction ? chosen : result;
    });
  },

  contraction(op, node, [a, b], out) {
    const [x, y] = node.inputs as readonly [TensorType, TensorType];
    const summed = [...new Set(op.a + op.b)].filter((l) => !op.out.includes(l));
    const size = (l: string) =>
      (op.a.includes(l) ? x.shape[op.a.indexOf(l)] : y.shape[op.b.indexOf(l)]) as number;
    const steps = (own: string, shape: Shape, letters: readonly string[]) =>
      letters.map((l) => (own.includes(l) ? stridesOf(shape)[own.indexOf(l)]! : 0));
    const table = (letters: readonly string[]) => {
      const sizes = letters.map(size);
      return [
        offsetsOf(sizes, steps(op.a, x.shape, letters)),
        offsetsOf(sizes, steps(op.b, y.shape, letters)),
      ] as const;
    };
    const [add, mul] = [primitiveIn("add", node.dtype), primitiveIn("mul", node.dtype)];
    const [skipA, skipB] = [op.skip.includes("a"), op.skip.includes("b")];
    const product = (x: number, y: number) => ((skipA && x === 0) || (skipB && y === 0) ? 0 : mul(x, y));
    const [startA, startB] = table([...op.out]);
    const [stepA, stepB] = table(summed);
    for (let i = 0; i < out.length; i++) {
      const [pa, pb] = [startA[i]!, startB[i]!];
      let sum = 0;
      for (let k = 0; k < stepA.length; k++)
        sum = add(sum, product(a?.[pa + stepA[k]!] as number, b?.[pb + stepB[k]!] as number));
      out[i] = sum;
    }
  },

  indexing(op, node, [x, index, src], out) {
    const to = indexedOffsets(op, node, index as Elements);
    if (op.mode === "gather") {
      for (let i = 0; i < out.length; i++) out[i] = x?.[to[i]!] as number;
      return;
    }
    const add = primitiveIn(node.dtype === "bool" ? "or" : "add", node.dtype);
    const wide = Float64Array.from(x as Elements);
    for (let i = 0; i < to.length; i++) {
      const at = to[i]!;
      const next = src?.[i] as number;
      wide[at] = op.mode === "scatterAdd" ? add(wide[at]!, next) : next;
    }
    out.set(wide);
  },

  recurrence(op, node, [a, b], out) {
    const strides = stridesOf(node.shape);
    const n = node.shape[op.dim]!;
    const step = strides[op.dim]!;
    const rest = node.shape.map((m, d) => (d === op.dim ? 1 : m));
    if (n === 0) return;
    const [add, mul] = [primitiveIn("add", node.dtype), primitiveIn("mul", node.dtype)];
    for (const start of offsetsOf(rest, strides)) {
      let y = 0;
      for (let k = 0; k < n; k++) {
        const i = start + (op.reverse ? n - 1 - k : k) * step;
        const next = b?.[i] as number;
        y = k === 0 ? next : add(op.skip && y === 0 ? 0 : mul(a?.[i] as number, y), next);
        out[i] = y;
      }
    }
  },

  host(op, { shape, dtype, inputs: operands }, inputs, out) {
    const view = ({ shape, dtype }: TensorType, data: Elements): HostView => ({
      data: data as TypedArray,
      shape,
      dtype,
    });
    runHost(
      op,
      view({ shape, dtype }, out),
      operands.map((x, k) => view(x, inputs[k]!)),
    );
  },

  source(op, node, inputs, out) {
    const at = coordinates(node.shape);
    const types: DType[] = [...at.map((): DType => "int32"), ...node.inputs.map((x) => x.dtype)];
    const [y] = evaluate(
      [sourceFormula(op, node.shape, argumentsFrom(at.length), argumentsFrom(inputs.length, at.length))],
      [...at, ...inputs],
      types,
      out.length,
    ) as [Elements];
    if (y.length === out.length) out.set(y);
    else out.fill(y[0]!);
  },

  input: ({ name }) => fail("value", name, "has no value"),

  identity(_op, _node, [x], out) {
    out.set(x as Elements);
  },
};

/**
 * A reference backend: plain loops in double precision, rounded to the dtype of each node. It is the oracle of every other
 * backend.
 *
 * @param options `exact`: whether float32 nodes keep double precision too (false)
 *
 * @example
 * const exact = makeInterpreter({ exact: true });
 * console.log(withBackend(exact, () => tensor(1).div(3).mul(3).item())); //=> 1
 */
export function makeInterpreter({ exact = false } = {}): Backend {
  return {
    name: exact ? "interpreter, double precision" : "interpreter",
    prepare({ items, roots }) {
      const lastUse = items.map((_, i) => i);
      items.forEach((item, i) => {
        for (const x of item.inputs) lastUse[x] = i;
      });
      for (const r of roots) lastUse[r] = items.length;
      const program = { items };
      const interpret = (inputs: readonly Value[]): Value[] => {
        requireOutsideHost();
        const results: (Elements | undefined)[] = [];
        const step = (i: number): void => {
          const item = items[i]!;
          if (item.input >= 0) {
            results[i] = elementsNow(inputs[item.input]!, "interpreter");
            return;
          }
          const store = exact && item.dtype === "float32" ? Float64Array : arrays[item.dtype];
          const out = new store(sizeOf(item.shape));
          const context = {
            shape: item.shape,
            dtype: item.dtype,
            inputs: item.inputs.map((x) => items[x]!),
          };
          const from = item.inputs.map((x) => results[x]!);
          (evaluators[item.op.family] as Evaluator<Op>)(item.op, context, from, out);
          results[i] = out;
          for (const x of item.inputs) if (lastUse[x] === i) results[x] = undefined;
        };
        if (runHook.runKernels) runHook.runKernels(program, step);
        else for (let i = 0; i < items.length; i++) step(i);
        return roots.map((r) => new ArrayValue(results[r] as TypedArray));
      };
      return { run: interpret };
    },
  };
}

/**
 * The reference backend: plain loops in double precision, rounded to the dtype of each node. It needs no WebAssembly.
 *
 * @example
 * console.log(withBackend(interpreter, () => tensor([1, 2]).sum().item())); //=> 3
 */
export const interpreter: Backend = /* @__PURE__ */ makeInterpreter();
