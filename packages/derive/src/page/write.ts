import { namePartsOf } from "../notation/names.ts";
import { type Lettering, render } from "../notation/render.ts";
import type { Style } from "../notation/style.ts";
import type { Reason, Side } from "./page.ts";

/** A side of an equation in an output format. */
export function writeSide(side: Side, style: Style, lettering: Lettering): string {
  const letter = (name: string) => style.letter(namePartsOf(name, lettering.layered));
  switch (side.kind) {
    case "letter":
      return letter(side.name);
    case "partial":
      return style.partial(letter(side.of), letter(side.by), side.order ?? 1);
    case "formula":
      return render(side.of, style, { ...lettering, ...(side.inlined && { inlined: side.inlined }) });
    case "paths": {
      const product = (path: (typeof side.paths)[number]) =>
        path
          .map((d) => (typeof d === "string" ? letter(d) : style.partial(letter(d[0]), letter(d[1]), 1)))
          .reduce((left, right) => style.operator(left, "·", right));
      return side.paths.map(product).reduce((left, right) => style.operator(left, "+", right));
    }
  }
}

/** A reason in an output format: its words and its formulas, each as the format has them. */
export const writeReason = (
  reason: Reason,
  style: Style,
  lettering: Lettering,
  words: (text: string) => string,
  formula: (text: string) => string,
): string =>
  reason
    .map((part) => (typeof part === "string" ? words(part) : formula(writeSide(part, style, lettering))))
    .join("");
