import { someAtom } from "../algebra/rewrite.ts";
import type { Index } from "../algebra/term.ts";
import type { Model } from "../graph/model.ts";
import { isLayered } from "../notation/names.ts";
import type { Lettering } from "../notation/render.ts";

/** Letters of axes, each with that of its size: the examples first. */
const pairs = "nN kK jJ iI mM lL rR sS tT uU vV qQ aA cC dD fF gG oO".split(" ");

/** Axes in the order in which letters are given: first axes of results, those of means, other axes. */
function axesOf({ variables, loss }: Model): number[] {
  const sizes: number[] = [];
  if (loss.definition)
    someAtom(loss.definition, (atom) => {
      if (atom.kind === "size") sizes.push(atom.axis);
      return false;
    });
  const all = [...variables.values()].reverse();
  const ordered = [...all.filter((v) => v.definition), ...all.filter((v) => !v.definition)];
  const axes = ordered.map((v) => v.letters.flatMap((i) => (i ? [i.axis] : [])));
  const first = axes.filter((_, k) => ordered[k]!.definition).flatMap((list) => list.slice(0, 1));
  return [...new Set([...first, ...sizes, ...axes.flat()])];
}

/** The letters of a model's axes; names of the page are not used again. */
export function letteringOf(model: Model): Lettering {
  const names = [...model.variables.keys()];
  const free = pairs.filter((pair) => !names.some((name) => pair.includes(name)));
  const order = axesOf(model);
  const pairOf = (axis: number): string => {
    const known = order.indexOf(axis);
    if (known >= 0) return free[known % free.length]!;
    order.push(axis);
    return pairOf(axis);
  };
  return {
    layered: isLayered(names),
    indexLetter: ({ axis }: Index) => pairOf(axis)[0]!,
    sizeLetter: (axis) => pairOf(axis)[1]!,
    rank: (axis) => 1 + order.indexOf(axis),
  };
}
