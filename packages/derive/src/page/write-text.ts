import { text } from "../notation/text.ts";
import type { Equation, Page } from "./page.ts";
import { writeReason, writeSide } from "./write.ts";

/** The page for a terminal. */

/** Characters without the marks that combine with others. */
const widthOf = (x: string): number => [...x.normalize("NFC").replace(/\p{M}/gu, "")].length;

const padded = (x: string, width: number): string => x + " ".repeat(Math.max(0, width - widthOf(x)));

function writeEquation({ number, left, equalities, notes }: Equation, page: Page): string[] {
  const { lettering } = page;
  const start = (number === undefined ? "" : `  (${number})`).padEnd(7);
  const name = writeSide(left, text, lettering);
  const indent = " ".repeat(start.length + widthOf(name));
  const sides = equalities.map(({ right, reason }) => ({
    formula: writeSide(right, text, lettering),
    reason: reason && writeReason(reason, text, lettering, String, String),
  }));
  const width = Math.max(...sides.filter((s) => s.reason).map((s) => widthOf(s.formula)), 0);
  const lines = sides.map(({ formula, reason }, i) => {
    const before = i === 0 ? start + name : indent;
    return `${before} = ${reason ? `${padded(formula, width)}   ${reason}` : formula}`;
  });
  return [...lines, ...notes.map((note) => `${" ".repeat(start.length)}${note}`)];
}

export function writeText(page: Page): string {
  const sections = page.sections.map(({ heading, equations, notes }) =>
    [heading, ...equations.flatMap((e) => writeEquation(e, page)), ...notes.map((n) => `  ${n}`)].join("\n"),
  );
  return [writeSide(page.title, text, page.lettering), ...sections].join("\n\n");
}
