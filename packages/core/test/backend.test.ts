import { afterEach, describe, expect, it } from "vitest";
import { type Backend, compile, setBackend, type Tensor, tensor, wasm, withBackend } from "../src/index.ts";
import { interpreter } from "../src/testing/index.ts";

/** The interpreter, which notes what it is given to run. */
function watched() {
  const run: number[] = [];
  const backend: Backend = {
    name: "watched",
    prepare(structure) {
      const { run: evaluate } = interpreter.prepare(structure);
      return {
        run(inputs) {
          run.push(structure.items.length);
          return evaluate(inputs);
        },
      };
    },
  };
  return { backend, runs: () => run.length };
}

afterEach(() => setBackend(wasm));

describe("the backend", () => {
  it("that is set runs what is read from then on", () => {
    const { backend, runs } = watched();
    const y = tensor([1, 2]).add(1);
    setBackend(backend);
    expect(y.toArray()).toEqual([2, 3]);
    expect(runs()).toBe(1);
    setBackend(wasm);
    expect(tensor([1, 2]).add(1).toArray()).toEqual([2, 3]);
    expect(runs()).toBe(1);
  });

  it("of a scope ends with it, by an error too", () => {
    const { backend, runs } = watched();
    const fails = () => {
      throw new Error("on purpose");
    };
    expect(() => withBackend(backend, fails)).toThrow("on purpose");
    expect(tensor([2]).square().item()).toBe(4);
    expect(runs()).toBe(0);
  });

  it("of a call runs a function that was compiled on another one", () => {
    const { backend, runs } = watched();
    const square = compile((x: Tensor) => x.square());
    const x = tensor([1, 2, 3]);
    const found = [
      square(x).toArray(),
      withBackend(backend, () => square(x).toArray()),
      square(x).toArray(),
      withBackend(backend, () => square(x).toArray()),
    ];
    expect(found).toEqual(new Array(4).fill([1, 4, 9]));
    expect(runs()).toBe(2);
  });

  it.each([wasm, interpreter])("does not look at an index that no element is read by: $name", (backend) => {
    const index = tensor([[99], [99]], { dtype: "int32" }).expand([2, 0]);
    const none = () =>
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ])
        .gather(1, index)
        .sum(1)
        .toArray();
    expect(withBackend(backend, none)).toEqual([0, 0]);
  });
});
