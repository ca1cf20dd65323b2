import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { root, workerScript } from "./bundle.ts";
import { progress, type Trial, type Verdict } from "./verdict.ts";

/** Milliseconds after which a test counts as one that does not end. */
const patience = 60_000;

/** Trials after which a worker is replaced, which frees the memories of its WebAssembly modules. */
const lifetime = 40;

/** Runs trials on worker threads. */
export async function runTrials(
  script: string,
  trials: readonly Trial[],
  threads: number,
  report: (verdict: Verdict) => void,
): Promise<void> {
  const program = await workerScript();
  const queue = [...trials];
  const start = () =>
    new Worker(program, { eval: true, workerData: { script, root: join(root, "package.json") } });

  const run = (worker: Worker, trial: Trial): Promise<Verdict> =>
    new Promise((resolve) => {
      const fail = (message: string) => () => end({ id: trial.id, killedBy: { title: "", message } });
      const wait = () => setTimeout(fail("does not end"), patience);
      const crash = fail("ends the process");
      let timer = wait();
      const receive = (message: Verdict | typeof progress) => {
        if (message !== progress) return end(message);
        clearTimeout(timer);
        timer = wait();
      };
      const end = (verdict: Verdict) => {
        clearTimeout(timer);
        worker.off("message", receive).off("error", crash);
        resolve(verdict);
      };
      worker.on("message", receive).on("error", crash);
      worker.postMessage(trial);
    });

  async function work(): Promise<void> {
    let [worker, age] = [start(), 0];
    for (let trial = queue.shift(); trial; trial = queue.shift()) {
      const verdict = await run(worker, trial);
      report(verdict);
      if (++age < lifetime && verdict.killedBy?.title !== "") continue;
      await worker.terminate();
      [worker, age] = [start(), 0];
    }
    await worker.terminate();
  }
  await Promise.all(Array.from({ length: threads }, work));
}
