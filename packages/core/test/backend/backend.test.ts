import { afterEach, describe, expect, it } from "vitest";
import {
  type Backend,
  compile,
  createWasm,
  evaluate,
  grad,
  rand,
  setBackend,
  type Tensor,
  tensor,
  wasm,
  withBackend,
} from "../../src/index.ts";
import { interpreter } from "../../src/testing/index.ts";

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

describe("two WebAssembly backends in one process", () => {
  const program = (x: Tensor): Tensor => x.matmul(x).softmax(1).add(x.exp().cumsum(0));
  const gradient = (x: Tensor): Tensor => grad((t: Tensor) => program(t).square().sum())(x);
  const bits = (t: Tensor) => [...new Uint8Array(t.data().buffer)];

  it("compute the same bits when their programs are interleaved, and read each other's tensors", () => {
    const [a, b] = [createWasm(), createWasm()];
    const x = rand([40, 40]);
    const [expected, expectedGradient] = [program(x), gradient(x)];
    evaluate(expected, expectedGradient);
    const onA = withBackend(a, () => gradient(x));
    const onB = withBackend(b, () => program(x));
    withBackend(a, () => evaluate(onA));
    withBackend(b, () => evaluate(onB));
    const mixed = withBackend(b, () => onA.add(onB));
    expect(withBackend(b, () => bits(mixed))).toEqual(bits(expectedGradient.add(expected)));
    expect(bits(onA)).toEqual(bits(expectedGradient));
    expect(bits(onB)).toEqual(bits(expected));
  });

  it("allocate memory when they first run, each its own", () => {
    const [a, b] = [createWasm(), createWasm()];
    expect(a.linearMemory).toEqual({ bytes: 0, used: 0 });
    const y = withBackend(a, () => rand([1000]).exp());
    withBackend(a, () => evaluate(y));
    expect(a.linearMemory.used).toBeGreaterThan(4000);
    expect(b.linearMemory).toEqual({ bytes: 0, used: 0 });
    const before = { a: a.linearMemory, wasm: wasm.linearMemory };
    withBackend(b, () => evaluate(rand([1 << 20]).exp()));
    expect({ a: a.linearMemory, wasm: wasm.linearMemory }).toEqual(before);
    expect([a.programsPrepared, b.programsPrepared]).toEqual([1, 1]);
  });

  it("can be disposed of alone: the other goes on, and what was read before stays", () => {
    const [a, b] = [createWasm(), createWasm()];
    const compute = () => {
      const y = tensor([1, 2, 3]).mul(2);
      evaluate(y);
      return y;
    };
    const [read, unread] = withBackend(a, () => [compute(), compute()]);
    const other = withBackend(b, compute);
    expect(read!.toArray()).toEqual([2, 4, 6]);
    a.dispose();
    expect(read!.add(1).toArray()).toEqual([3, 5, 7]);
    expect(other.toArray()).toEqual([2, 4, 6]);
    expect(() => unread!.data()).toThrow("given up by dispose()");
    expect(() => withBackend(a, compute)).toThrow(
      "wasm: this backend was disposed of. Did you mean createWasm()?",
    );
    expect(withBackend(b, compute).toArray()).toEqual([2, 4, 6]);
  });
});
