import { cat, evaluate, type Tensor, tensor, zeros } from "@chainrule/core";
import { expect, it } from "vitest";
import { graphOf, structureOf } from "../src/graph/structure.ts";
import { lower } from "../src/lower/lower.ts";
import { planMemory } from "../src/lower/plan.ts";

/** Bytes that a program takes beside its inputs and outputs. */
const scratch = (y: Tensor): number => planMemory(lower(structureOf(graphOf([y.node])))).bytes;

const index = tensor(Int32Array.of(3, 50_256, 7));

it("a one-hot vector of a vocabulary takes no memory for pairs of classes", () => {
  const classes = 50_257;
  expect(scratch(index.oneHot(classes).sum())).toBeLessThan(5 * classes);
  expect(index.oneHot(classes).argmax(1).toArray()).toEqual([3, 50_256, 7]);
});

it("lists of tensors may be as long as memory allows", () => {
  const many = new Array<Tensor>(150_000).fill(tensor([1]).add(1));
  evaluate(many, index);
  expect(cat(many).sum().item()).toBe(300_000);
  expect(zeros([150_000]).split(1).length).toBe(150_000);
  expect(zeros([150_000]).split(new Array(150_000).fill(1)).length).toBe(150_000);
});
