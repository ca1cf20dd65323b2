import { type DType, fusesMultiplyAdd, type Tensor, wasm, wasmRelaxed, withBackend } from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { drawn, stream } from "../conformance/draw.ts";

type Size = readonly [rows: number, depth: number, columns: number];
const square: Size = [64, 64, 64];
const sizes: readonly Size[] = [square, [33, 70, 21], [200, 300, 1]];

const dtypes = { float32: 2 ** -24, float64: 2 ** -53 } as const;

/** Σ aᵢₖbₖⱼ in float64, or Σ |aᵢₖbₖⱼ|. */
function product(a: Tensor, b: Tensor, size = (x: number) => x): number[] {
  const [[m, depth], n] = [a.shape as [number, number], b.shape[1] as number];
  const [as, bs] = [a.data(), b.data()];
  return Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += size((as[i * depth + k] as number) * (bs[k * n + j] as number));
    return sum;
  });
}

describe.each(Object.entries(dtypes))("a relaxed product of %s", (name, ε) => {
  const dtype = name as DType;
  const operands = ([m, depth, n]: Size) => {
    const next = stream(5);
    return [drawn(next, [m, depth], dtype), drawn(next, [depth, n], dtype)] as const;
  };

  it.each(sizes)("[%d, %d]·[…, %d] is as exact as rounding allows", (...size) => {
    const [a, b] = operands(size);
    const c = withBackend(wasmRelaxed, () => a.matmul(b).data());
    const [truth, magnitude] = [product(a, b), product(a, b, Math.abs)];
    // |fl(Σ xᵢ) − Σ xᵢ| ≤ γ Σ |xᵢ|, γ = nε/(1 − nε) [Higham 2002, 3.1]; in float64 the truth is rounded as well.
    const γ = (dtype === "float64" ? 2 : 1) * (size[1] + 1) * ε;
    for (const [i, t] of truth.entries())
      expect(Math.abs((c[i] as number) - t)).toBeLessThanOrEqual(γ * (magnitude[i] as number));
  });

  it("has other bits than a strict one exactly where the machine fuses", () => {
    const [a, b] = operands(square);
    const [strict, relaxed] = [wasm, wasmRelaxed].map((on) => withBackend(on, () => a.matmul(b).data()));
    const differs = strict?.some((x, i) => x !== relaxed?.[i]);
    expect(differs).toBe(fusesMultiplyAdd());
  });
});
