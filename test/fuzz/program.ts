import { type DType, type Shape, type Tensor, tensor } from "@chainrule/core";
import fc from "fast-check";
import { drawn, stream } from "../conformance/draw.ts";
import { type Case, cases, type ElementwiseRow, elementwiseRows } from "../conformance/rows.ts";

/** One op of a random program: which row, and which of the tensors so far it reads. */
interface Step {
  /** Seeds the choice of a row. */
  readonly row: number;
  readonly reads: readonly number[];
  /** How each operand after the first broadcasts: bits say which axes have size 1, and how many are left out. */
  readonly broadcast: readonly number[];
}

/** A random expression: input shapes, and steps that each read inputs or earlier steps. */
export interface Program {
  readonly seed: number;
  readonly inputs: readonly Shape[];
  readonly steps: readonly Step[];
}

const shapes = fc.array(fc.constantFrom(0, 1, 2, 3, 2, 3), { maxLength: 3 });
const step = fc.record({
  row: fc.nat(),
  reads: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
  broadcast: fc.array(fc.nat({ max: 15 }), { minLength: 2, maxLength: 2 }),
});

export const programs: fc.Arbitrary<Program> = fc.record({
  seed: fc.nat(),
  inputs: fc.array(shapes, { minLength: 1, maxLength: 3 }),
  steps: fc.array(step, { minLength: 1, maxLength: 7 }),
});

/** A row jumps where neighbouring points of its domain have far values: rounding may decide on which side it falls. */
function jumps(row: ElementwiseRow): boolean {
  if (row.rule === "branches") return false;
  return Array.from({ length: row.operands }, (_, moved) => moved).some((moved) => {
    const n = 4001;
    const columns = Array.from({ length: row.operands }, (_, i) => {
      const [low, high] = row.range(i);
      const at = (k: number) => (i === moved ? k / (n - 1) : 0.37);
      return tensor(Float64Array.from({ length: n }, (_, k) => low + (high - low) * at(k)));
    });
    const y = row.call(...columns).data();
    return y.some((v, k) => k > 0 && Math.abs(v - (y[k - 1] as number)) > 0.3);
  });
}

/** The rows that random programs are made of: those with a derivative, and samples with a real result. */
const differentiable: readonly ElementwiseRow[] = elementwiseRows.filter((row) => row.formula.d);
export const continuous: readonly ElementwiseRow[] = differentiable.filter((row) => !jumps(row));

const real = (sample: Case): boolean =>
  sample.sample.every((x, i) => Array.isArray(x) || !sample.isTensor(i) || i > 0) &&
  Array.isArray(sample.sample[0]);
const movable: readonly Case[] = cases.filter(real);

/** A hash of a name with a seed. [Fowler, Noll & Vo: FNV-1a; finalised as in MurmurHash3] */
function hash(name: string, seed: number): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The row or sample whose name has the largest hash with the seed, so that a new row changes only the steps that choose it.
 * [rendezvous hashing, Thaler & Ravishankar 1998]
 */
function chosen(seed: number, rows: readonly ElementwiseRow[]): ElementwiseRow | Case {
  let [best, highest] = [movable[0] as ElementwiseRow | Case, -1];
  for (const candidate of [...rows, ...movable]) {
    const weight = hash("title" in candidate ? candidate.title : candidate.name, seed);
    if (weight > highest) [best, highest] = [candidate, weight];
  }
  return best;
}

/** x laid out, repeated or cut to fill a shape. */
function filled(x: Tensor, shape: Shape): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const flat = x.size === 0 ? x.sum().reshape([1]) : x.reshape([-1]);
  return flat
    .repeat([Math.ceil(n / flat.size)])
    .narrow(0, 0, n)
    .reshape(shape);
}

/** x brought softly into a range, so that every row is asked only where it is smooth and finite. */
const within = (x: Tensor, [low, high]: readonly [number, number]): Tensor =>
  x
    .sigmoid()
    .mul(high - low)
    .add(low);

function broadcastShape(shape: Shape, bits: number): Shape {
  const kept = shape.slice(Math.min(shape.length, bits >> 3));
  return kept.map((n, d) => ((bits >> d) & 1 ? 1 : n));
}

/** All tensors that a program makes, its inputs first; several steps may read the same one. */
export function run(program: Program, xs: readonly Tensor[], rows: readonly ElementwiseRow[]): Tensor[] {
  const made = [...xs];
  const read = (k: number) => made[k % made.length] as Tensor;
  for (const { row: seed, reads, broadcast } of program.steps) {
    const row = chosen(seed, rows);
    if ("formula" in row) {
      const first = read(reads[0] as number);
      const operands = Array.from({ length: row.operands }, (_, i) => {
        const x = read(reads[i % reads.length] as number);
        const fitted = i === 0 ? first : filled(x, broadcastShape(first.shape, broadcast[i - 1] as number));
        return row.rule === "branches" && i === 0 ? fitted.gt(0.1) : within(fitted, row.range(i));
      });
      made.push(row.call(...operands));
      continue;
    }
    const args = row.sample.map((x, i) => {
      if (row.isTensor(i) && Array.isArray(x))
        return within(filled(read(reads[i % reads.length] as number), x as Shape), [-1.5, 1.5]);
      if (typeof x === "object" && x !== null && "below" in x) {
        const { index, below } = x as { index: Shape; below: number };
        return drawn(stream(program.seed), index, "int32", [-0.49, below - 0.51]);
      }
      return x;
    });
    const y = row.call(...args);
    made.push(y.dtype === (xs[0] as Tensor).dtype ? y : y.to((xs[0] as Tensor).dtype));
  }
  return made;
}

/** Everything that a program makes, weighed and added up to one number. */
export function lossOf(program: Program, xs: readonly Tensor[], rows = differentiable): Tensor {
  const made = run(program, xs, rows);
  const next = stream(program.seed + 1);
  return made
    .map((y) => y.mul(drawn(next, y.shape, "float64", [0.2, 1]).to(y.dtype)).sum())
    .reduce((a, b) => a.add(b));
}

export const inputsOf = (program: Program, dtype: DType): Tensor[] => {
  const next = stream(program.seed);
  return program.inputs.map((shape) => drawn(next, shape, dtype, [-1.5, 1.5]));
};
