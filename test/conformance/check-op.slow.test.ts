import { checkOp } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import { argumentsOf, cases, elementwiseRows, operandsFor } from "./rows.ts";

const differentiable = elementwiseRows.filter((row) => row.formula.d);

/** The first sample of each row. */
const firstCases = cases.filter((sample, i) => cases.findIndex(({ row }) => row === sample.row) === i);

describe("checkOp finds no fault in the rows of the library", () => {
  it.each(differentiable.map((row) => [row.name, row] as const))("%s", (_, row) => {
    const operands = operandsFor(row, "float64", new Array(row.operands).fill([2]), 3);
    expect(checkOp(row.call, [operands]).findings).toEqual([]);
  });

  it.each(firstCases.map((sample) => [sample.title, sample] as const))("%s", (_, sample) => {
    expect(checkOp(sample.call, [argumentsOf(sample, "float64", 5)]).findings).toEqual([]);
  });
});
