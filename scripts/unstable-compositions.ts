/**
 * Searches for compositions of elementwise ops that lose more than half of the digits of float32 in value or gradient, beyond
 * what the condition of the function costs. float64, which then has the other half, is the judge; arithmetic of 240 digits
 * confirms the loss nearest to 1.
 *
 * `tsx scripts/unstable-compositions.ts [rows of the table] [stride through the generated compositions]`
 */
import { grad, interpreter, type Tensor, tensor, withBackend, withoutRewrites } from "@chainrule/core";
import { type Call, printTerm, type Term } from "../packages/core/src/rewrites/pattern.ts";
import { evaluateExactly, jet } from "../packages/core/test/rewrites/exact.ts";
import { type Float, method, ulps } from "../packages/core/test/rewrites/measure.ts";
import { generated, textbook } from "./compositions.ts";

const [rows = "40", stride = "1"] = process.argv.slice(2);
const half = 2 ** 12;
const orders = ["value", "gradient"] as const;

const magnitudes = [
  0.4375,
  0.875,
  1.5,
  2 ** -5,
  4,
  2 ** -8,
  11.5,
  2 ** -12,
  18,
  40,
  2 ** -20,
  75,
  95,
  2 ** -30,
  710,
  2 ** 13,
];
const points = magnitudes.flatMap((x) => [x, -x]);

const build = (term: Term, x: Tensor): unknown =>
  typeof term === "number"
    ? term
    : term.kind !== "call"
      ? x
      : method(
          term.op,
          term.args.map((a) => build(a, x)),
        );

/** Value and gradient at the points, times `scale`. */
function results(term: Call, dtype: Float, scale = 1): readonly (readonly number[])[] {
  const f = (x: Tensor) => build(term, x) as Tensor;
  const x = tensor(points, { dtype }).mul(scale);
  return [f(x), grad((v: Tensor) => f(v).sum())(x)].map((y) => [...y.data()].map(Number));
}

interface Loss {
  readonly order: number;
  readonly x: number;
  readonly error: number;
}

const isNormal = (x: number): boolean => Math.abs(x) >= 2 ** -126 && Math.abs(x) < 2 ** 127;

/** The losses of float32 at the points, the nearest to 1 first. */
function lossesOf(term: Call): Loss[] {
  const step = 2 ** -20;
  const [got, truth, moved] = [
    results(term, "float32"),
    results(term, "float64"),
    results(term, "float64", 1 + step),
  ];
  return points.flatMap((x, i) =>
    orders.flatMap((_, order): Loss[] => {
      const [y, t, near] = [got[order]![i]!, truth[order]![i]!, moved[order]![i]!];
      if (!isNormal(t) || !Number.isFinite(near)) return [];
      const condition = Math.max(1, Math.abs((near - t) / t) / step);
      const error = Number.isFinite(y)
        ? (Math.abs((y - t) / t) * 2 ** 23) / condition
        : Number.POSITIVE_INFINITY;
      return error >= half ? [{ order, x, error }] : [];
    }),
  );
}

/** Whether exact arithmetic finds the loss too. */
function isConfirmed(term: Call, { order, x }: Loss): boolean {
  const truth = jet((v) => evaluateExactly(term, { x: [v] })[0]!, x)[order]!;
  const i = points.indexOf(x);
  return truth.isFinite() && ulps(results(term, "float32")[order]![i]!, truth, "float32") >= half;
}

function row(term: Call, losses: readonly Loss[], written: readonly Loss[]): string {
  const [first] = losses;
  const example = first
    ? `${orders[first.order]} at ${Number(first.x.toPrecision(4))}: ${first.error.toExponential(0)} ulp`
    : "";
  return `| \`${printTerm(term)}\` | ${written.length} | ${losses.length} | ${example} |`;
}

withBackend(interpreter, () => {
  console.log("| composition | losses as written | with rewrites | for example |\n|---|--:|--:|---|");
  for (const term of textbook) {
    const [losses, written] = [lossesOf(term), withoutRewrites(() => lossesOf(term))];
    if (losses.length > 0 || written.length > 0) console.log(row(term, losses, written));
  }
  const found = generated
    .filter((_, i) => i % Number(stride) === 0)
    .map((term) => ({ term, losses: lossesOf(term) }))
    .filter(({ losses }) => losses.length > 0)
    .sort((a, b) => b.losses.length - a.losses.length);
  for (const { term, losses } of found.slice(0, Number(rows)))
    if (isConfirmed(term, losses[0]!))
      console.log(
        row(
          term,
          losses,
          withoutRewrites(() => lossesOf(term)),
        ),
      );
  console.log(`\n${found.length} generated compositions lose more than half of the digits somewhere.`);
});
