import { Cell, evaluate, hostOp, Parameter, tensor } from "@chainrule/core";
import { describe, expect, it } from "vitest";

const place = (i: number) => tensor([i], { dtype: "int32" }).add(0);
/** A value that cannot be computed, which nobody knows yet. */
const bad = () => tensor([1, 2]).gather(0, place(7));
const failure = "index 7 is out of range";

describe("a cell whose new value cannot be computed", () => {
  it("holds its old one again after the read that failed", () => {
    const cell = new Cell(tensor([1]));
    cell.assign(bad());
    expect(() => cell.item()).toThrow(failure);
    expect(cell.item()).toBe(1);
    cell.assign(cell.add(1));
    expect(cell.item()).toBe(2);
  });

  it("holds its old one again after a read of something else failed by the same fault", () => {
    const [cell, loss] = [new Cell(tensor([1])), bad()];
    cell.assign(cell.add(loss));
    expect(() => loss.item()).toThrow(failure);
    expect(cell.item()).toBe(1);
  });

  it("goes back one assignment, not further, where the one before was good", () => {
    const cell = new Cell(tensor([1]));
    cell.assign(cell.add(1));
    cell.assign(cell.add(bad()));
    expect(() => cell.item()).toThrow(failure);
    expect(cell.item()).toBe(2);
  });

  it("goes back to the last value that was computed where those between fail too", () => {
    const cell = new Cell(tensor([1]));
    for (let i = 0; i < 3; i++) cell.assign(cell.add(bad()));
    expect(() => cell.item()).toThrow(failure);
    expect(cell.item()).toBe(1);
  });

  it("does not disturb the read of what does not depend on it, and says so when it is read itself", () => {
    const [cell, other] = [new Cell(tensor([1])), new Cell(tensor([5]))];
    cell.assign(bad());
    other.assign(other.add(1));
    expect(tensor([5]).add(1).item()).toBe(6);
    expect(other.item()).toBe(6);
    expect(() => cell.item()).toThrow(failure);
    expect(cell.item()).toBe(1);
  });

  it("does not disturb other reads where the function of a host op throws an error of its own", () => {
    const failing = hostOp("failing", {
      compute: () => {
        throw new TypeError("on purpose");
      },
    });
    const cell = new Cell(tensor([1]));
    cell.assign(failing(cell));
    expect(tensor([5]).add(1).item()).toBe(6);
    expect(() => cell.item()).toThrow(TypeError);
    expect(cell.item()).toBe(1);
  });

  it("may be given another one before anybody reads it", () => {
    const cell = new Cell(tensor([1]));
    cell.assign(bad());
    expect(tensor([5]).add(1).item()).toBe(6);
    cell.assign(tensor([3]).add(0));
    expect(cell.item()).toBe(3);
  });

  it("leaves cells alone whose values can be computed", () => {
    const [cell, good] = [new Cell(tensor([1])), new Cell(tensor([1]))];
    good.assign(good.add(1));
    cell.assign(bad());
    expect(() => evaluate(cell)).toThrow(failure);
    expect([cell.item(), good.item()]).toEqual([1, 2]);
  });

  it("is a parameter that goes on being trained", () => {
    const p = new Parameter(tensor([2]));
    p.assign(bad());
    expect(() => p.square().sum().backward()).toThrow(failure);
    p.square().sum().backward();
    expect([p.item(), p.grad?.item(), p.requiresGrad]).toEqual([2, 4, true]);
  });
});
