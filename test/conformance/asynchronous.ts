import type { Backend } from "@chainrule/core";

type Executable = ReturnType<Backend["prepare"]>;
type Value = ReturnType<Executable["run"]>[number];
type Elements = Awaited<ReturnType<Value["read"]>>;

/** A value that a queue is still to compute, as one in the memory of a GPU. */
class PendingValue implements Value {
  #elements: Elements | undefined;

  constructor(readonly computed: Promise<Value>) {
    // A run that fails rejects whoever reads; a value that nobody reads is no unhandled rejection.
    computed.catch(() => {});
  }

  readSync(): Elements | undefined {
    return this.#elements;
  }

  async read(): Promise<Elements> {
    this.#elements = await (await this.computed).read();
    return this.#elements;
  }

  release(): void {
    this.computed.then((value) => value.release?.()).catch(() => {});
  }
}

const computed = (value: Value): Promise<Value> | Value =>
  value instanceof PendingValue ? value.computed : value;

/** A backend without synchronous reads: `inner` runs graphs in order, in tasks after `run` has returned. */
export function asynchronous(inner: Backend): Backend {
  let queue: Promise<unknown> = Promise.resolve();
  const enqueue = <T>(task: () => T | Promise<T>): Promise<T> => {
    const done = queue.then(task);
    queue = done.catch(() => {});
    return done;
  };
  return {
    name: `${inner.name}, asynchronous`,
    asynchronous: true,
    prepare(graph) {
      const executable = inner.prepare(graph);
      return {
        run(inputs, donated) {
          const results = enqueue(async () =>
            executable.run(await Promise.all(inputs.map(computed)), donated),
          );
          return graph.roots.map((_, k) => new PendingValue(results.then((values) => values[k]!)));
        },
        release: () => void enqueue(() => executable.release?.()),
      };
    },
  };
}
