/**
 * Prints the largest error of every expansion, in ulp, with its number of words: in float32 over numbers evenly spread over all
 * bit patterns and busy intervals, against the engine's doubles; in float64 over random ones, against 256 bits.
 *
 * `tsx scripts/error-table.ts [float32 samples] [float64 samples] [function …]`
 */
import {
  names,
  precisions,
  samples,
  spelled,
  type Worst,
  worstError,
} from "../packages/core/test/scalar/expand/expansion-error.ts";
import { strict } from "../packages/core/test/scalar/expand/strict.ts";

const [float32 = "2000000", float64 = "20000", ...only] = process.argv.slice(2);
const counts = { float32: Number(float32), float64: Number(float64) };
const chunk = 30_000;

const worst = (name: (typeof names)[number], type: (typeof precisions)[number]): Worst => {
  let result: Worst = { error: 0, at: [] };
  for (let done = 0, seed = 10; done < counts[type]; done += chunk, seed++) {
    const found = worstError(name, type, samples(name, type, Math.min(chunk, counts[type] - done), seed));
    if (found.error > result.error) result = found;
  }
  return result;
};

console.log("| function | float32: words | error | at | float64: words | error | at |");
console.log("|---|--:|--:|---|--:|--:|---|");
for (const name of names.filter((n) => only.length === 0 || only.includes(n))) {
  const cells = precisions.flatMap((type) => {
    const { count } = strict(spelled[name][type], type);
    const { error, at } = worst(name, type);
    return [count, error.toFixed(2), at.map((x) => Number(x.toPrecision(7))).join(", ")];
  });
  console.log(`| \`${name}\` | ${cells.join(" | ")} |`);
}
