import { compile, type Tensor, tensor } from "@chainrule/core";
import { expect, it } from "vitest";

it("has nothing of Node, and memory that threads may share", () => {
  expect(["process", "Buffer", "require"].filter((name) => name in globalThis)).toEqual([]);
  expect(Reflect.get(globalThis, "crossOriginIsolated")).toBe(true);
});

it("makes long programs without waiting, which a page may do up to 8 MB", () => {
  const towards2 = compile((x: Tensor) => {
    let y = x;
    for (let i = 0; i < 2000; i++) y = y.div(2).add(1);
    return y;
  });
  expect(towards2(tensor([3, 100])).toArray()).toEqual([2, 2]);
});
