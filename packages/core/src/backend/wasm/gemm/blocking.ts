import { columnsOf, type Element, elements, type Float, MR } from "./code.ts";

/** Elements of k that one block sums: a part of the definition of the result, and therefore the same for all shapes. */
export const KC = 256;
const BLOCK_A = 128 << 10;
const BLOCK_B = 512 << 10;

/** Rows of A, and columns of B, that one block packs: over half a megabyte of workspace, which stays in the second cache. */
export const blocksOf = (element: Element) => ({
  mc: BLOCK_A / KC / element.bytes,
  nc: BLOCK_B / KC / element.bytes,
});
export const SCRATCH_BYTES = MR * 2 * 16;

/** Bytes of workspace for a product of this size, at an address that is a multiple of 16; each thread needs its own. */
export function workspaceBytes(type: Float, m: number, n: number, k: number): number {
  const element = elements[type];
  const { mc, nc } = blocksOf(element);
  const padded = (size: number, to: number, max: number) => Math.min(Math.ceil(size / to) * to, max);
  const panels = Math.min(k, KC) * (padded(m, MR, mc) + padded(n, columnsOf(element), nc));
  const sums = Math.min(Math.max(m, n), nc) + 2 * element.lanes;
  return SCRATCH_BYTES + element.bytes * Math.max(panels, sums);
}
