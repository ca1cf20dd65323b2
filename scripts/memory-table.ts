/**
 * Prints how much memory loops without any clean-up take, at a tenth of the way and at their end: training steps, and
 * results that are read and dropped, with `compile` and without.
 *
 * `tsx --conditions=@chainrule/source scripts/memory-table.ts [iterations]`
 */
import { compile, evaluate, manualSeed, rand, type Tensor, tensor } from "@chainrule/core";
import { linearMemory } from "@chainrule/core/internal";
import { bceWithLogits, Linear, Sequential, Tanh } from "@chainrule/nn";
import { Adam } from "@chainrule/optim";

const iterations = Number(process.argv[2] ?? 1_000_000);

const plain = <A extends Tensor[]>(f: (...x: A) => Tensor): ((...x: A) => Tensor) => f;

function training(transform: typeof plain): () => void {
  manualSeed(0);
  const [x, y] = [rand([4, 2]), rand([4, 1]).round()];
  evaluate(x, y);
  const model = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1));
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const step = transform((x: Tensor, y: Tensor) => {
    const loss = bceWithLogits(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  return () => {
    step(x, y);
  };
}

function reading(transform: typeof plain, size: number): () => void {
  const x = tensor(Float32Array.from({ length: size }, (_, i) => i / size));
  const f = transform((x: Tensor) => x.exp().mul(2));
  return () => {
    f(x).data();
  };
}

const loops: Record<string, () => () => void> = {
  "training, compiled": () => training(compile),
  "training, uncompiled": () => training(plain),
  "4 elements read, compiled": () => reading(compile, 4),
  "4 elements read, uncompiled": () => reading(plain, 4),
  "5000 elements read, compiled": () => reading(compile, 5000),
  "5000 elements read, uncompiled": () => reading(plain, 5000),
};

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1).padStart(7);

function print(name: string, at: number): void {
  const { rss, heapUsed } = process.memoryUsage();
  const { bytes, used } = linearMemory();
  const cells = [rss, heapUsed, bytes, used].map(mebibytes).join(" ");
  console.log(`${name.padEnd(32)} ${`${at}`.padStart(8)} ${cells}`);
}

console.log(`${"MiB".padEnd(32)} after        rss    heap  linear in use`);
for (const [name, prepare] of Object.entries(loops)) {
  const run = prepare();
  for (let i = 1; i <= iterations; i++) {
    run();
    if (i === iterations / 10 || i === iterations) print(name, i);
  }
}
