import { type Tensor, tensor } from "@chainrule/core";
import { derive } from "@chainrule/derive";
import { mseLoss } from "@chainrule/nn";
import { describe, expect, it } from "vitest";

const args = {
  W1: tensor([
    [1, 2],
    [0.3, -1],
  ]),
  X: tensor([
    [1, 0.5],
    [1, 2],
    [0.3, 0.2],
  ]),
  y: tensor([1, 0, 1]),
  w: tensor([0.5, -0.3]),
};
const f = ({ W1, X, y, w }: Record<"W1" | "X" | "y" | "w", Tensor>) => {
  const h = X.matmul(W1).tanh();
  const ŷ = h.matmul(w);
  return { L: mseLoss(ŷ, y), ŷ, h };
};
const page = derive(f, args, { wrt: "W1" });

describe("the page as Markdown", () => {
  const markdown = page.toMarkdown();

  it("has a heading for each section", () => {
    const headings = ["Definitions", "Chain rule", "Factors", "Product", "Closed form"];
    expect([...markdown.matchAll(/^## (.*)$/gm)].map(([, name]) => name)).toEqual(headings);
  });

  it("has its formulas as LaTeX, with balanced braces and fences", () => {
    const count = (pattern: RegExp) => [...markdown.matchAll(pattern)].length;
    expect(count(/\{/g)).toBe(count(/\}/g));
    expect(count(/\\left/g)).toBe(count(/\\right/g));
    expect(markdown).toContain("\\frac{\\partial L}{\\partial {W^{(1)}}}");
    expect(markdown).toContain("\\hat{y}");
  });
});

describe("the page as HTML", () => {
  const html = page.toHTML();

  it("is one file without scripts and references, in a light and a dark look", () => {
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<script|<link|src=|url\(/);
    expect(html).toContain("prefers-color-scheme: dark");
  });

  it("has well-formed elements", () => {
    const open: string[] = [];
    for (const [, close, name] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^>]*)?(?<!\/)>/g)) {
      if (name === "meta") continue;
      if (!close) open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });
});

describe("the page as an object", () => {
  it("has factors as functions of the arguments", () => {
    const factor = page.factors.find(({ of, by }) => of === "ŷ" && by === "h");
    expect(factor?.text).toBe("w");
    expect(factor?.value?.({ ...args, w: tensor([2, 3]) }).toArray()).toEqual([2, 3]);
  });
});
