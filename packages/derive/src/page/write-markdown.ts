import { latex } from "../notation/latex.ts";
import type { Equation, Page } from "./page.ts";
import { writeReason, writeSide } from "./write.ts";

/** The page as Markdown, with its formulas as LaTeX between dollar signs. */

function writeEquation({ number, left, equalities, notes }: Equation, { lettering }: Page): string {
  const name = writeSide(left, latex, lettering);
  const lines = equalities.map(({ right, reason }, i) => {
    const formula = `${i === 0 ? name : ""} &= ${writeSide(right, latex, lettering)}`;
    return reason
      ? `${formula} && ${writeReason(reason, latex, lettering, (words) => `\\text{${words}}`, String)}`
      : formula;
  });
  const tag = number === undefined ? "" : ` \\tag{${number}}`;
  const block = ["$$", "\\begin{aligned}", lines.join(" \\\\\n"), `\\end{aligned}${tag}`, "$$"].join("\n");
  return [block, ...notes].join("\n\n");
}

export function writeMarkdown(page: Page): string {
  const title = `# $${writeSide(page.title, latex, page.lettering)}$`;
  const sections = page.sections.map(({ heading, equations, notes }) =>
    [`## ${heading}`, ...equations.map((e) => writeEquation(e, page)), ...notes].join("\n\n"),
  );
  return `${[title, ...sections].join("\n\n")}\n`;
}
