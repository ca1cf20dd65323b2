import { createHash } from "node:crypto";
import { Cell, compile, fingerprint, type Tensor, tensor, zeros } from "@chainrule/core";
import * as nn from "@chainrule/nn";
import { Adam } from "@chainrule/optim";
import { describe, expect, it } from "vitest";
import { Sha256 } from "../../src/tensor/sha256.ts";

const nodeHash = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

it("SHA-256 is that of Node, for every length around a block, in one piece or several", () => {
  for (let n = 0; n < 200; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => 37 * i + n);
    const pieces = [bytes.subarray(0, n >> 1), bytes.subarray(n >> 1)];
    expect(new Sha256().update(bytes).digest()).toBe(nodeHash(bytes));
    expect(pieces.reduce((hash, piece) => hash.update(piece), new Sha256()).digest()).toBe(nodeHash(bytes));
  }
});

describe("a fingerprint", () => {
  it("is the SHA-256 of a line of JSON and the little-endian bytes of each tensor, in the order of names", () => {
    const bytes = (...x: number[]) => Uint8Array.from(x);
    expect(fingerprint({ b: tensor([1, 2], { dtype: "int32" }), á: tensor(true), a: [tensor([-0])] })).toBe(
      nodeHash(
        '["a.0","float32",[1]]\n',
        bytes(0, 0, 0, 0x80),
        '["b","int32",[2]]\n',
        bytes(1, 0, 0, 0, 2, 0, 0, 0),
        '["\\u00e1","bool",[]]\n',
        bytes(1),
      ),
    );
  });

  it("differs where a name, a dtype, a shape or a bit differs", () => {
    const distinct = [
      tensor([0, 0]),
      [tensor([0, 0])],
      { a: tensor([0, 0]) },
      tensor([0, 0], { dtype: "float64" }),
      tensor([[0, 0]]),
      tensor([0, -0]),
      tensor([0, 2 ** -149]),
      {},
    ];
    expect(new Set(distinct.map((x) => fingerprint(x))).size).toBe(distinct.length);
  });

  it.each([
    ["float32", new Float32Array(new Uint32Array([0x7fc00000, 0xffc00000, 0x7f800001]).buffer)],
    [
      "float64",
      new Float64Array(new BigUint64Array([0x7ff8n << 48n, 0xfff8n << 48n, 0x7ff4n << 48n]).buffer),
    ],
  ])("takes all NaNs of %s for the same", (_, nans) => {
    const [a, b, c] = Array.from(nans, (_, i) => fingerprint(tensor(nans.slice(i, i + 1))));
    expect([b, c]).toEqual([a, a]);
  });

  it("of a module and of an optimizer is that of its state dict, and follows training", () => {
    const model = new nn.Linear(2, 1);
    const optimizer = new Adam(model.parameters());
    const before = [fingerprint(model), fingerprint(optimizer)];
    expect(before).toEqual([fingerprint(model.stateDict()), fingerprint(optimizer.stateDict())]);
    model.forward(zeros(1, 2)).sum().backward();
    optimizer.step();
    expect(fingerprint(model)).not.toBe(before[0]);
    expect(fingerprint(optimizer)).not.toBe(before[1]);
    expect(fingerprint(new Cell(tensor([1, 2])))).toBe(fingerprint(tensor([1, 2])));
  });

  const loop: unknown[] = [];
  loop.push(loop);
  it.each([
    ["a number", 3, /state 3 must be a tensor/],
    ["a class without a state dict", new Map(), /an object of class Map/],
    ["a string in a tree", { a: { b: "x" } }, /a\.b is "x"/],
    ["a list that holds itself", loop, /0 holds itself/],
  ])("of %s is refused", (_, state, message) => {
    expect(() => fingerprint(state as object)).toThrow(message);
  });

  it("inside a compiled function is refused", () => {
    const f = compile((x: Tensor) => {
      fingerprint(x);
      return x;
    });
    expect(() => f(tensor(1))).toThrow(/fingerprint: inside a compiled function/);
  });
});
