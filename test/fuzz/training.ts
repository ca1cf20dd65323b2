import {
  Cell,
  ChainruleError,
  checkpoint,
  compile,
  Generator,
  manualSeed,
  noGrad,
  ones,
  Parameter,
  rand,
  type Tensor,
  tensor,
  zeros,
} from "@chainrule/core";
import { BatchNorm1d, Dropout, Linear, type Module, mseLoss, Sequential, Tanh } from "@chainrule/nn";
import {
  Adam,
  AdamW,
  clipGradNorm,
  clipGradValue,
  ExponentialLR,
  type Optimizer,
  RMSprop,
  SGD,
} from "@chainrule/optim";

/** A stream of choices: the same for the same seed. [Mulberry32] */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number below n. */
  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

/** What a training program works on. */
interface World {
  readonly model: Module & { forward(x: Tensor): Tensor };
  readonly norm: BatchNorm1d | null;
  readonly dropout: Dropout;
  readonly optimizer: Optimizer;
  readonly schedule: ExponentialLR;
  readonly counter: Cell;
  readonly extra: Parameter;
  readonly generator: Generator;
  /** An object among the arguments, which the function may write into. */
  readonly memory: { hidden: Tensor; note?: string };
  readonly cells: () => (readonly [string, Cell])[];
}

type Batch = readonly [x: Tensor, y: Tensor, index: Tensor];

const optimizers: readonly ((p: Parameter[]) => Optimizer)[] = [
  (p) => new SGD(p, { lr: 0.1 }),
  (p) => new SGD(p, { lr: 0.1, momentum: 0.9 }),
  (p) => new Adam(p, { lr: 0.05 }),
  (p) => new AdamW(p, { lr: 0.05, weightDecay: 0.1 }),
  (p) => new RMSprop(p, { lr: 0.01, centered: true }),
];

function world(choices: Choices): World {
  manualSeed(choices.below(1000));
  const generator = new Generator(choices.below(1000));
  const norm = choices.chance(60) ? new BatchNorm1d(3) : null;
  const dropout = new Dropout(0.4, choices.chance(50) ? { generator } : {});
  const body = new Sequential(
    new Linear(2, 3),
    ...(norm ? [norm] : []),
    new Tanh(),
    dropout,
    new Linear(3, 1),
  );
  const extra = new Parameter(ones([1]));
  const counter = new Cell(zeros([1]));
  const optimizer = choices.of(optimizers)(body.parameters());
  return {
    model: body,
    norm,
    dropout,
    optimizer,
    schedule: new ExponentialLR(optimizer, 0.9),
    counter,
    extra,
    generator,
    memory: { hidden: zeros([1]) },
    cells: () => [...body.namedParameters(), ...body.namedBuffers(), ["extra", extra], ["counter", counter]],
  };
}

/** A part of the function that is compiled: it may change the loss. */
type Part = (w: World, batch: Batch, loss: Tensor) => Tensor;

const keep =
  (act: (w: World, batch: Batch, loss: Tensor) => void): Part =>
  (w, batch, loss) => {
    act(w, batch, loss);
    return loss;
  };

const forward: Part = (w, [x, y]) => mseLoss(w.model.forward(x), y);

const starts: readonly Part[] = [
  forward,
  forward,
  (w, [x, y]) => mseLoss(checkpoint((v: Tensor) => w.model.forward(v))(x), y),
  (w, batch) => forward(w, batch, batch[0]).add(w.extra.square().sum()),
  (w, batch) => forward(w, batch, batch[0]).add(batch[0].gather(0, batch[2]).sum().mul(0.01)),
  (w, batch) => forward(w, batch, batch[0]).mul(w.memory.hidden.add(1)).sum(),
];

const parts: Readonly<Record<string, Part>> = {
  zeroGrad: keep((w) => w.optimizer.zeroGrad()),
  zeroGradOfModel: keep((w) => w.model.zeroGrad()),
  forgetOne: keep((w) => {
    w.extra.grad = null;
  }),
  setOne: keep((w, [x]) => {
    w.extra.grad = x.sum().reshape([1]).detach();
  }),
  backward: keep((_, __, loss) => loss.mul(1).backward()),
  backwardOfAnother: keep((w, batch) => forward(w, batch, batch[0]).backward()),
  step: keep((w) => w.optimizer.step()),
  clip: keep((w) => clipGradNorm(w.model.parameters(), 0.3)),
  clipValues: keep((w) => clipGradValue(w.model.parameters(), 0.05)),
  schedule: keep((w) => w.schedule.step()),
  count: keep((w) => w.counter.assign(w.counter.add(1))),
  countByLoss: keep((w, _, loss) => w.counter.assign(w.counter.mul(0.5).add(loss.detach()))),
  average: keep((w) => noGrad(() => w.extra.assign(w.extra.mul(0.9).add(0.1)))),
  evaluation: (w, [x], loss) => {
    w.model.eval();
    const seen = noGrad(() => w.model.forward(x).mean());
    w.model.train();
    return loss.add(seen);
  },
  ends: keep((w) => w.model.eval()),
  freeze: keep((w) => {
    w.extra.requiresGrad = false;
  }),
  thaw: keep((w) => {
    w.extra.requiresGrad = true;
  }),
  seed: keep(() => manualSeed(11)),
  seedOwn: keep((w) => w.generator.manualSeed(12)),
  noise: (w, _, loss) => loss.add(rand([], { generator: w.generator }).mul(0.01)),
  ownNoise: (_, __, loss) => loss.add(rand([], { generator: new Generator(5) }).mul(0.01)),
  ownCell: (_, [x], loss) => {
    const cell = new Cell(zeros([]));
    cell.assign(cell.add(x.sum()));
    return loss.add(cell.mul(0.01));
  },
  ownFit: (_, [x], loss) => {
    const p = new Parameter(zeros([]));
    const optimizer = new Adam([p], { lr: 0.1 });
    for (let i = 0; i < 2; i++) {
      optimizer.zeroGrad();
      p.sub(x.mean()).square().backward();
      optimizer.step();
    }
    return loss.add(p.mul(0.01));
  },
  ownMomentum: keep((w) => {
    const optimizer = new SGD([w.extra], { lr: 0.1, momentum: 0.9 });
    if (w.extra.requiresGrad) w.extra.square().sum().backward();
    optimizer.step();
  }),
  write: keep((w, [x]) => {
    w.memory.hidden = w.memory.hidden.mul(0.5).add(x.mean()).detach();
  }),
  note: keep((w) => {
    w.memory.note = "written";
  }),
  mode: (w, _, loss) => (w.extra.mul(2).requiresGrad ? loss.mul(1.5) : loss.mul(0.5)),
};

/** Something done between calls. */
type Event = (w: World, choices: Choices) => void;

const events: Readonly<Record<string, Event>> = {
  zeroGrad: (w) => w.optimizer.zeroGrad(),
  step: (w) => w.optimizer.step(),
  clip: (w) => clipGradNorm(w.model.parameters(), 0.2),
  forget: (w) => {
    for (const [, cell] of w.cells()) cell.grad = null;
  },
  set: (w) => {
    w.extra.grad = tensor([0.5]);
  },
  backward: (w) => {
    if (w.extra.requiresGrad) w.extra.mul(3).sum().backward();
  },
  eval: (w) => w.model.eval(),
  train: (w) => w.model.train(),
  freeze: (w) => {
    w.extra.requiresGrad = false;
  },
  thaw: (w) => {
    w.extra.requiresGrad = true;
  },
  freezeModel: (w) => {
    for (const p of w.model.parameters().slice(0, 2)) p.requiresGrad = !p.requiresGrad;
  },
  lr: (w, choices) => {
    for (const group of w.optimizer.paramGroups) group.lr = choices.of([0.01, 0.2]);
  },
  weightDecay: (w, choices) => {
    for (const group of w.optimizer.paramGroups) group.weightDecay = choices.of([0, 0.1]);
  },
  schedule: (w) => w.schedule.step(),
  addGroup: (w) => {
    if (w.optimizer.paramGroups.length === 1) w.optimizer.addParamGroup({ params: [w.extra], lr: 0.05 });
  },
  dropout: (w, choices) => {
    Object.assign(w.dropout, { p: choices.of([0, 0.2, 0.5]) });
  },
  momentumOfNorm: (w, choices) => {
    if (w.norm) Object.assign(w.norm, { momentum: choices.of([0.1, 0.3]) });
  },
  seed: (_, choices) => manualSeed(choices.below(9)),
  assign: (w) => w.counter.assign(tensor([7])),
  load: (w) => w.model.loadStateDict(w.model.stateDict()),
  loadOptimizer: (w) => w.optimizer.loadStateDict(w.optimizer.stateDict()),
  hidden: (w) => {
    w.memory.hidden = tensor([0.25]);
  },
};

const bits = (t: Tensor): unknown => [t.dtype, t.shape, [...t.data()]];

/** A gradient, or what there is in its place where a step has used it up. */
export const used = "used up";

function gradientOf(cell: Cell): unknown {
  try {
    return cell.grad && bits(cell.grad);
  } catch (error) {
    if (error instanceof ChainruleError && error.op === "grad") return used;
    throw error;
  }
}

/** Everything that a world holds. */
const stateOf = (w: World): unknown => ({
  cells: w.cells().map(([name, c]) => [name, bits(c), c.requiresGrad]),
  gradients: w.cells().map(([name, c]) => [name, gradientOf(c)]),
  optimizer: w.optimizer
    .stateDict()
    .state.map((s) => Object.entries(s).map(([key, v]) => [key, typeof v === "number" ? v : bits(v)])),
  groups: w.optimizer.paramGroups.map(({ lr, weightDecay }) => [lr, weightDecay]),
  schedule: w.schedule.lastEpoch,
  training: w.model.training,
  memory: [bits(w.memory.hidden), w.memory.note],
});

/** What random numbers come next, without drawing from the stream of the world. */
const drawn = (w: World): unknown => [bits(rand([2])), bits(rand([2], { generator: w.generator }))];

type Body = (batch: Batch, memory: World["memory"]) => Tensor;

/** The function that is compiled, as its parts in order. */
function bodyOf(w: World, start: Part, names: readonly string[]): Body {
  return (batch, memory) => {
    const inside = { ...w, memory };
    let loss = start(inside, batch, batch[0]);
    for (const name of names) loss = (parts[name] as Part)(inside, batch, loss);
    return loss.detach();
  };
}

function bodiesFrom(choices: Choices): readonly string[] {
  const usual = choices.of([
    ["zeroGrad", "backward", "step"],
    ["zeroGrad", "backward", "clip", "step"],
    ["backward", "step", "zeroGrad"],
    ["backward"],
    ["backward", "step"],
    ["step"],
    [],
  ]);
  const names = [...usual];
  for (let i = choices.below(4); i > 0; i--)
    names.splice(choices.below(names.length + 1), 0, choices.of(Object.keys(parts)));
  return names;
}

function batchFrom(choices: Choices, isFaulty: boolean): Batch {
  const numbers = (n: number) => Array.from({ length: n }, () => choices.below(200) / 100 - 1);
  const rows = choices.of([4, 4, 4, 3]);
  const last = choices.chance(6) && isFaulty ? 99 : 1;
  return [
    tensor(Float32Array.from(numbers(rows * 2)), { shape: [rows, 2] }),
    tensor(Float32Array.from(numbers(rows)), { shape: [rows, 1] }),
    tensor(Int32Array.from([0, last]), { shape: [1, 2] }),
  ];
}

/** How a program went: what was seen after each of its events, and the error it ended with, if any. */
export interface Run {
  readonly seen: readonly unknown[];
  /** What was done last. */
  readonly last: string;
  readonly error: ChainruleError | null;
  /** The state before and after the event that failed. */
  readonly failed: readonly [before: unknown, after: unknown] | null;
}

/** Runs the training program of a seed, with its functions compiled or as they are, and with or without indices out of range. */
export function run(seed: number, compiled: boolean, isFaulty = true): Run {
  const choices = new Choices(seed);
  const w = world(choices);
  const bodies = [0, 1]
    .slice(0, 1 + choices.below(2))
    .map(() => bodyOf(w, choices.of(starts), bodiesFrom(choices)));
  const wrapped = bodies.map((body) => (compiled ? compile(body) : body));
  const seen: unknown[] = [];
  let last = "";
  let before: unknown = null;
  const call = (): void => {
    const which = choices.below(bodies.length);
    const plain = choices.chance(15);
    const body = plain ? bodies[which] : wrapped[which];
    last = plain ? "uncompiled call" : "call";
    const batch = batchFrom(choices, isFaulty);
    const inside = choices.chance(3) ? noGrad : <T>(f: () => T): T => f();
    before = choices.chance(50) ? stateOf(w) : null;
    const loss = inside(() => (body as Body)(batch, w.memory));
    seen.push(choices.chance(60) ? bits(loss) : null);
  };
  const event = (): void => {
    last = choices.of(Object.keys(events));
    before = null;
    (events[last] as Event)(w, choices);
  };
  try {
    for (let i = 0; i < 12; i++) {
      if (choices.chance(60)) call();
      else event();
      if (choices.chance(40)) seen.push([last, stateOf(w)]);
    }
    seen.push(stateOf(w), drawn(w));
    return { seen, last, error: null, failed: null };
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    return { seen, last, error, failed: before === null ? null : [before, stateOf(w)] };
  }
}
