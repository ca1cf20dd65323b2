import { cat, randn, type Tensor, tensor, where } from "@chainrule/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { target } from "../../../src/backend/wasm/target.ts";
import { canonicalize, graphOf } from "../../../src/graph/canonicalize.ts";
import { lower } from "../../../src/lower/pipeline.ts";

type Step = (h: Tensor, t: Tensor) => Tensor;

/** What a step does with h, a value that nobody reads afterwards; t is one that somebody does. */
const alone: Readonly<Record<string, Step>> = {
  "a sum with another tensor": (h, t) => h.add(t),
  "a formula that reads h twice": (h) => h.mul(h.sigmoid()),
  "a choice": (h, t) => where(h.gt(t), h, t.neg()),
  "a sum with a row": (h, t) => h.add(t.select(0, 3)),
};
const elsewhere: Readonly<Record<string, Step>> = {
  "a transpose beside h itself": (h) => h.add(h.transpose(0, 1)),
  "a flip": (h) => h.flip(1).mul(2),
  "a sum over rows, which h is then divided by": (h) => h.div(h.square().sum(1, { keepdim: true }).add(1)),
  "the largest of all, which is taken off": (h) => h.sub(h.amax()),
  "what stands at an index": (h, t) => h.add(h.gather(1, t.argmax(1, { keepdim: true }).expand([24, 24]))),
  "its halves the other way round": (h) => cat([h.slice(0, 12), h.slice(0, 0, 12)], 0).exp(),
};

const [a, b, c] = [1, 2, 3].map(() => randn([24, 24]));
const [x, y, z] = [a, b, c].map((t) => tensor([...(t as Tensor).mul(0.2).data()], { shape: [24, 24] })) as [
  Tensor,
  Tensor,
  Tensor,
];

const between = (step: Step): Tensor => step(x.matmul(y), z).matmul(y);

/** The places of the scratch buffers of 24×24 numbers. */
function placesOf(result: Tensor): number[] {
  const { offsets } = lower(canonicalize(graphOf([result.node])), target).plan;
  return [...offsets].filter(([buffer]) => buffer.size === 24 * 24).map(([, at]) => at);
}

describe("a nest that is the last to read a buffer", () => {
  it.each(Object.keys(alone))("writes over it: %s", (name) => {
    const places = placesOf(between(alone[name] as Step));
    expect(places.length).toBeGreaterThan(1);
    expect(new Set(places).size).toBe(1);
  });

  it.each(Object.keys(elsewhere))("writes elsewhere, where elements wait to be read: %s", (name) => {
    expect(new Set(placesOf(between(elsewhere[name] as Step))).size).toBeGreaterThan(1);
  });

  it("has the bits that the steps have one by one", () => {
    const steps = fc.array(fc.constantFrom(...Object.values({ ...alone, ...elsewhere })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(steps, fc.boolean(), (list, apart) => {
        const run = (settle: boolean): Tensor =>
          list.reduce((h, step) => {
            const next = step(apart ? h.matmul(y) : h, z);
            if (settle) next.data();
            return next;
          }, x.matmul(y));
        expect(run(false).matmul(y).data()).toEqual(run(true).matmul(y).data());
      }),
      { seed: 7, numRuns: 150, endOnFailure: true },
    );
  });
});
