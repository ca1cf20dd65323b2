import {
  Cell,
  compile,
  type DType,
  evaluate,
  grad,
  Parameter,
  read,
  type Tensor,
  tensor,
  wasm,
  withBackend,
} from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { asynchronous } from "./asynchronous.ts";
import { argumentsOf, cases, dtypesOf, elementwiseRows, operandsFor } from "./rows.ts";

const backend = asynchronous(wasm);
const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

/** What `call` gives on the asynchronous backend, awaited, and on the backend inside it; the same error counts as the same. */
async function expectSame(call: () => Tensor): Promise<void> {
  const settled = (f: () => Promise<unknown>) => new Promise((resolve) => resolve(f())).catch(String);
  const awaited = await settled(() => pending(call).read());
  expect(awaited).toEqual(await settled(async () => call().data()));
}

/** A tensor that the asynchronous backend is computing. */
const pending = (call: () => Tensor): Tensor =>
  withBackend(backend, () => {
    const y = call();
    evaluate(y);
    return y;
  });

describe("a backend without synchronous reads, awaited", () => {
  for (const row of elementwiseRows)
    it(`computes ${row.name} with the bits of the backend inside it`, async () => {
      for (const dtype of dtypesOf[row.rule])
        await expectSame(() => row.call(...operandsFor(row, dtype, new Array(row.operands).fill([3, 5]))));
    });

  for (const sample of cases)
    it(`computes ${sample.title} with the bits of the backend inside it`, async () => {
      for (const dtype of dtypes) await expectSame(() => sample.call(...argumentsOf(sample, dtype)));
    });

  for (const row of elementwiseRows.filter((row) => row.formula.d && row.rule === "float"))
    it(`differentiates ${row.name} with the bits of the backend inside it`, async () => {
      const operands = operandsFor(row, "float64", new Array(row.operands).fill([3]));
      await expectSame(() => grad((...x: Tensor[]) => row.call(...x).sum())(...operands) as Tensor);
    });

  it("trains by compiled steps with the bits of the backend inside it", async () => {
    const train = () => {
      const p = new Parameter(tensor([1, 2, 3]));
      const step = compile((x: Tensor) => {
        const loss = p.sub(x).square().sum();
        p.zeroGrad();
        loss.backward();
        p.assign(p.sub((p.grad as Tensor).mul(0.1)).detach());
        return loss;
      });
      const losses = Array.from({ length: 5 }, (_, i) => step(tensor([i, 0, 1])));
      evaluate(losses, p);
      return [...losses, p];
    };
    const awaited = await read(withBackend(backend, train));
    expect(awaited).toEqual(await read(train()));
  });
});

describe("reading synchronously from a backend that cannot", () => {
  const reads: readonly [string, (x: Tensor) => unknown][] = [
    ["item", (x) => x.item()],
    ["data", (x) => x.data()],
    ["toArray", (x) => x.toArray()],
    ["toJSON", (x) => x.toJSON()],
    ["toString", (x) => String(x)],
  ];

  it.each(reads)("%s names the fix, and works after it", async (name, f) => {
    const x = pending(() => tensor([2]).mul(3));
    expect(() => f(x)).toThrow(`${name}: the elements are on a backend that reads asynchronously`);
    expect(() => f(x)).toThrow("await x.read()");
    await x.read();
    expect(f(x)).toEqual(f(tensor([2]).mul(3)));
  });

  it("works for ops whose shape depends on elements, once those are read", async () => {
    const mask = pending(() => tensor([1, 0, 1]).gt(0));
    const select = () => withBackend(backend, () => tensor([4, 5, 6]).maskedSelect(mask));
    expect(select).toThrow("maskedSelect: the elements are on a backend that reads asynchronously");
    await mask.read();
    expect(Array.from(await select().read())).toEqual([4, 6]);
  });

  it("works on other backends only after it was awaited", async () => {
    const x = pending(() => tensor([1, 2]).mul(3));
    expect(() => x.add(1).data()).toThrow("await x.read()");
    await x.read();
    expect(x.add(1).toArray()).toEqual([4, 7]);
  });
});

describe("an error of a run", () => {
  const outOfRange = () => tensor([1, 2, 3]).gather(0, tensor([0, 3], { dtype: "int32" }).add(1).sub(1));

  it("rejects the read of what was computed, and of what was computed from it", async () => {
    const y = pending(outOfRange);
    const z = pending(() => y.mul(2));
    await expect(y.read()).rejects.toThrow("index 3 is out of range for dim 0 of size 3");
    await expect(z.read()).rejects.toThrow("index 3 is out of range for dim 0 of size 3");
  });

  it("leaves later runs alone", async () => {
    const bad = pending(outOfRange);
    const good = pending(() => tensor([1, 2]).add(1));
    expect(await good.read()).toEqual(Float32Array.of(2, 3));
    await expect(bad.read()).rejects.toThrow("out of range");
  });

  it("of an assignment leaves reads alone that share no computation with it", async () => {
    const [cell, other] = [new Cell(tensor([1])), new Cell(tensor([5]))];
    cell.assign(cell.add(outOfRange().sum()));
    other.assign(other.mul(2));
    const y = pending(() => tensor([5]).add(1));
    expect(await y.read()).toEqual(Float32Array.of(6));
    expect(await other.read()).toEqual(Float32Array.of(10));
    await expect(cell.read()).rejects.toThrow("out of range");
  });

  it("rejects read() on a synchronous backend too, rather than throwing", async () => {
    const y = outOfRange();
    const reading = y.read();
    await expect(reading).rejects.toThrow("index 3 is out of range");
    await expect(read(y)).rejects.toThrow("index 3 is out of range");
  });
});
