import { type Elementwise, fail, registeredRow } from "@chainrule/core/internal";
import { ofAtom, one } from "./rational.ts";
import type { Atom, ConstantName, Index, OpaqueAtom, Rational, SizeAtom } from "./term.ts";

/** Atoms and the expressions that they are. */

const names = (axes: readonly Index[]): string => `[${axes.map(({ name }) => name).join()}]`;

export const symbol = (name: string, axes: readonly Index[]): Rational =>
  ofAtom({ kind: "symbol", key: `${name}${names(axes)}`, name, axes });

export const opaque = (
  { id, name, depends }: Pick<OpaqueAtom, "id" | "name" | "depends">,
  axes: readonly Index[],
): Rational => ofAtom({ kind: "opaque", key: `${id}${names(axes)}`, id, name, depends, axes });

export const constant = (name: ConstantName): Rational => ofAtom({ kind: "constant", key: name, name });

export const sizeAtom = ({ axis, size }: Index): SizeAtom => ({
  kind: "size",
  key: `|${axis}|`,
  axis,
  size,
});

export function delta(i: Index, j: Index): Rational {
  if (i.name === j.name) return one;
  const axes: readonly [Index, Index] = i.name < j.name ? [i, j] : [j, i];
  return ofAtom({ kind: "delta", key: `δ${names(axes)}`, axes });
}

const ids = new WeakMap<Elementwise, number>();
let count = 0;

/** A key of an op object: two ops of one name may differ. */
function idOf(op: Elementwise): number {
  const id = ids.get(op) ?? count++;
  ids.set(op, id);
  return id;
}

export const applyAtom = (op: Elementwise, args: readonly Rational[]): Rational =>
  ofAtom({ kind: "apply", key: `${op.name}#${idOf(op)}(${args.map(({ key }) => key).join()})`, op, args });

/** The op of an elementwise row of core's table. */
export const opOf = (name: string, operands: number): Elementwise =>
  registeredRow(name)?.(
    Array.from({ length: operands }, (_, i) => i),
    "float64",
  ) ?? fail("value", "derive", `there is no elementwise row ${name}`);

/** The free letters of each kind of atom. */
const freeOf: { readonly [K in Atom["kind"]]: (atom: Extract<Atom, { kind: K }>) => readonly Index[] } = {
  symbol: ({ axes }) => axes,
  opaque: ({ axes }) => axes,
  delta: ({ axes }) => axes,
  apply: ({ args }) => args.flatMap(freeIndices),
  sum: ({ over, body }) => freeIndices(body).filter((i) => !over.some(({ name }) => name === i.name)),
  constant: () => [],
  size: () => [],
};

export const freeOfAtom = (atom: Atom): readonly Index[] =>
  (freeOf[atom.kind] as (atom: Atom) => readonly Index[])(atom);

const distinct = (axes: readonly Index[]): Index[] => [...new Map(axes.map((i) => [i.name, i])).values()];

/** The letters of an expression that no sum binds, each once. */
export const freeIndices = (x: Rational): Index[] => distinct(atomsOf(x).flatMap(freeOfAtom));

/** The atoms of numerator and denominator, each once. */
export function atomsOf({ numerator, denominator }: Rational): Atom[] {
  const polynomials = [numerator, ...denominator.map(({ polynomial }) => polynomial)];
  const atoms = polynomials.flatMap(({ terms }) => terms.flatMap(({ powers }) => powers.map((p) => p.atom)));
  return [...new Map(atoms.map((a) => [a.key, a])).values()];
}

export const dependsOn = (x: Rational, axes: readonly Index[]): boolean =>
  freeIndices(x).some((i) => axes.some(({ name }) => name === i.name));
