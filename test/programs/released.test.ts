import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { cat, evaluate, type Tensor, tensor } from "@chainrule/core";
import { expect, test } from "vitest";
import { argumentsOf, type Call, cases } from "../conformance/rows.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const isTensor = (x: unknown): x is Tensor => typeof x === "object" && x !== null && "node" in x;

/** What a call was given, as something that does not hold it. */
function run(call: Call, args: readonly unknown[]): WeakRef<object>[] {
  const tensors = args.flat().filter(isTensor);
  evaluate(tensors);
  call(...args).data();
  return tensors.map((t) => new WeakRef(t.node));
}

const joined = () => Array.from({ length: 12 }, (_, i) => tensor([i, 1]));

test("no program that is kept holds what it was first given: every row that is not elementwise, and cat", async () => {
  const given = [
    ...cases.map((c) => ({ title: c.title, refs: run(c.call, argumentsOf(c, "float32")) })),
    { title: "cat", refs: run(cat as unknown as Call, [joined()]) },
  ];
  expect(given.length).toBeGreaterThan(60);
  await new Promise((resolve) => setTimeout(resolve, 0));
  collect();
  const held = given.filter(({ refs }) => refs.some((ref) => ref.deref() !== undefined));
  expect(held.map(({ title }) => title)).toEqual([]);
});
