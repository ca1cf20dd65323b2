import { range } from "../shape.ts";
import { describe, isPlainObject } from "./describe.ts";
import type { Parameter } from "./signature.ts";

/** The number of insertions, deletions and substitutions that turn a into b. [Levenshtein 1966] */
function editDistance(a: string, b: string): number {
  let row = range(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}

/** The known name that a misspelt one was likely meant to be: `keepDims` and `keep_dim` are keepdim. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const normalize = (s: string) => s.toLowerCase().replaceAll("_", "");
  const distance = (n: string) => editDistance(normalize(n), normalize(name));
  return names
    .filter((n) => distance(n) <= Math.min(2, n.length / 2))
    .sort((a, b) => distance(a) - distance(b))[0];
}

/** How a function is called: `sum(dims?, { keepdim })`. */
export const usage = (op: string, parameters: readonly Parameter[]): string =>
  `${op}(${parameters
    .map((p) =>
      p.rest
        ? `...${p.name}`
        : p.options
          ? `{ ${p.options.map((o) => o.name).join(", ")} }`
          : p.name + (p.optional ? "?" : ""),
    )
    .join(", ")})`;

/** An argument in a suggested call. */
const formatArgument = (p: Parameter, x: unknown): string =>
  typeof x === "object" && x !== null ? p.name : describe(x);

/** The call that was meant by an object in position i: its fields in the order of the parameters, then the options. */
export function suggestedCall(
  op: string,
  parameters: readonly Parameter[],
  args: readonly unknown[],
  i: number,
): string | undefined {
  if (!isPlainObject(args[i])) return undefined;
  const options = { ...args[i] };
  const given = parameters.slice(0, i).map((p, k) => formatArgument(p, args[k]));
  for (const p of parameters.slice(i)) {
    if (p.options) break;
    const x = options[p.name];
    if (x === undefined ? !p.optional : !p.holds(x)) return undefined;
    given.push(formatArgument(p, x));
    delete options[p.name];
  }
  const last = parameters.at(-1);
  if (Object.keys(options).length > 0) {
    if (!last?.options || !last.holds(options)) return undefined;
    given.push(describe(options));
  }
  while (given.at(-1) === "undefined") given.pop();
  return `${op}(${given.join(", ")})`;
}
