/** Every public function, class and method is called with wrong arguments in every place: it answers, or says what is wrong. */
import * as core from "@chainrule/core";
import * as nn from "@chainrule/nn";
import * as optim from "@chainrule/optim";
import { afterAll, describe, expect, it } from "vitest";
import { wrong } from "./wrong.ts";

const { ChainruleError, Generator, ones, Parameter, tensor } = core;

type Callable = (...args: unknown[]) => unknown;
const isClass = (f: unknown): f is new (...args: unknown[]) => unknown =>
  typeof f === "function" && /^class\b/.test(Function.prototype.toString.call(f));

const matrix = () => ones([2, 3]);
const parameters = () => [new Parameter(matrix())];
const sgd = () => new optim.SGD(parameters(), { lr: 0.1 });

const [x, optimizer] = [matrix(), sgd()];

/** What right arguments begin with, of which one is replaced. */
const beginnings: readonly (readonly unknown[])[] = [
  [x, x, x],
  [1, 1, 1],
  [() => x, x, x],
  [optimizer, 1, 1],
];

/** Not called: the class of errors, helpers of layers, and classes that are only there to be extended. */
const spared = [
  "ChainruleError",
  "formatShape",
  "sameShape",
  "runningMoments",
  "Optimizer",
  "Scheduler",
  "LRScheduler",
];

/** Methods that subclasses alone may call. */
const guarded = ["constructor", "advance", "replace"];

const functions: [string, Callable][] = [
  ...Object.entries(core),
  ...Object.entries(nn),
  ...Object.entries(nn.functional),
  ...Object.entries(nn.init).map(([name, f]) => [`init.${name}`, f] as const),
  ...Object.entries(optim),
].flatMap(([name, f]: readonly [string, unknown]): [string, Callable][] => {
  if (typeof f !== "function" || spared.includes(name)) return [];
  if (!isClass(f)) return [[name, f as Callable]];
  return [[`new ${name}`, (...args) => new f(...args)]];
});

/** The methods of an object, those of its classes included. */
function methodsOf(name: string, object: object): [string, Callable][] {
  const found = new Map<string, Callable>();
  for (let p = Object.getPrototypeOf(object); p !== Object.prototype; p = Object.getPrototypeOf(p))
    for (const key of Object.getOwnPropertyNames(p)) {
      const { value } = Object.getOwnPropertyDescriptor(p, key) as PropertyDescriptor;
      if (guarded.includes(key) || typeof value !== "function" || found.has(key)) continue;
      found.set(key, (...args) => (object as Record<string, Callable>)[key]?.(...args));
    }
  return [...found].map(([key, f]) => [`${name}.${key}`, f]);
}

/** A module of each class: of no arguments, or of as many 2s as it takes. */
const modules = Object.values(nn).flatMap((f) => {
  if (!isClass(f) || f === nn.Layer || !(f.prototype instanceof nn.Module)) return [];
  for (const args of [[], [2], [2, 2], [2, 2, 2]])
    try {
      return [new (f as new (...args: readonly number[]) => nn.Module)(...args)];
    } catch {}
  return [];
});

const methods: [string, Callable][] = [
  ...methodsOf("tensor", matrix()),
  ...methodsOf("parameter", new Parameter(matrix())),
  ...methodsOf("generator", new Generator(0)),
  ...methodsOf("sequential", new nn.Sequential(new nn.Linear(3, 2))),
  ...modules.map((m): [string, Callable] => [
    `${m.constructor.name}.forward`,
    (...args) => (m as unknown as { forward: Callable }).forward(...args),
  ]),
  ["checkpoint of a function", core.checkpoint(() => x) as Callable],
  ["checkpoint of a number", core.checkpoint((() => 1) as never) as Callable],
  ...methodsOf("optimizer", sgd()),
  ...methodsOf("scheduler", new optim.StepLR(sgd(), 1)),
  ...methodsOf("plateau", new optim.ReduceLROnPlateau(sgd())),
];

let calls = 0;

/** What a call throws that is no ChainruleError. */
function escaped(f: Callable, args: readonly unknown[]): unknown {
  calls++;
  try {
    f(...args);
  } catch (error) {
    if (!(error instanceof ChainruleError)) return error;
  }
  return undefined;
}

const values = Object.entries(wrong).map(([kind, make]) => [kind, make()] as const);

/** Each wrong argument in each place, those before it as in a right call. */
const faults = (f: Callable): string[] =>
  [0, 1, 2].flatMap((place) =>
    beginnings.slice(0, place === 0 ? 1 : undefined).flatMap((begin) =>
      values.flatMap(([kind, value]) => {
        const error = escaped(f, [...begin.slice(0, place), value]);
        return error === undefined ? [] : [`${kind} in place ${place} after ${typeof begin[0]}: ${error}`];
      }),
    ),
  );

afterAll(() => {
  console.log(
    `${calls} calls with wrong arguments of ${functions.length} functions and ${methods.length} methods`,
  );
});

describe("wrong arguments", () => {
  it.each([...functions, ...methods])("%s answers or says what is wrong", (_, f) => {
    expect(faults(f)).toEqual([]);
  });

  it("are given to a module of every class", () => {
    const classes = Object.values(nn).filter(
      (f) => isClass(f) && f.prototype instanceof nn.Module && f !== nn.Layer,
    );
    expect(classes.filter((f) => !modules.some((m) => m.constructor === f))).toEqual([]);
  });

  it("leave the process healthy", () => {
    expect(tensor([1, 2]).add(matrix().sum()).toArray()).toEqual([7, 8]);
  });
});
