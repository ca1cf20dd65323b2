/** What `program.ts` prints on an engine: its name and version, and fingerprints. */
export interface Report {
  readonly engine: string;
  /** Of the parameters and buffers of each model after training. */
  readonly models: Readonly<Record<string, string>>;
  /** Of every elementwise row in each dtype, random numbers and matrix products. */
  readonly operations: string;
  /** Of the learning rates that schedules give. */
  readonly learningRates: string;
}
