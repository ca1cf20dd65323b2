import { namePartsOf } from "../notation/names.ts";
import { type Lettering, render } from "../notation/render.ts";
import type { Style } from "../notation/style.ts";
import type { Side } from "./page.ts";

/** A side of an equation in an output format. */
export function writeSide(side: Side, style: Style, lettering: Lettering): string {
  const letter = (name: string) => style.letter(namePartsOf(name, lettering.layered));
  switch (side.kind) {
    case "letter":
      return letter(side.name);
    case "partial":
      return style.partial(letter(side.of), letter(side.by), side.order ?? 1);
    case "formula":
      return render(side.of, style, lettering);
    case "paths": {
      const product = (path: (typeof side.paths)[number]) =>
        path
          .map(([of, by]) => style.partial(letter(of), letter(by), 1))
          .reduce((left, right) => style.operator(left, "·", right));
      return side.paths.map(product).reduce((left, right) => style.operator(left, "+", right));
    }
  }
}
