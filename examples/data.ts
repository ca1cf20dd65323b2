/** The data sets of the examples: reading, splitting and standardising them. Origin and licence: data/README.md. */
import { readFileSync } from "node:fs";
import { csvParseRows } from "d3-dsv";

export interface Split {
  /** Row numbers. */
  readonly train: readonly number[];
  readonly test: readonly number[];
}

export interface Dataset {
  readonly features: readonly string[];
  /** One row of features per example. */
  readonly x: readonly number[][];
  /** The class of each example. */
  readonly y: readonly number[];
}

const read = (file: string): string => readFileSync(new URL(`data/${file}`, import.meta.url), "utf8");

/** The reference results that the file contains. */
export const readReference = <T>(name: string): T => JSON.parse(read(`${name}.json`)) as T;

/** A table with a header, whose last column is the class. */
export function readDataset(name: string): Dataset {
  const [header = [], ...rows] = csvParseRows(read(`${name}.csv`));
  return {
    features: header.slice(0, -1),
    x: rows.map((row) => row.slice(0, -1).map(Number)),
    y: rows.map((row) => Number(row.at(-1))),
  };
}

/** The rows of a data set with these numbers. */
export const pick = ({ features, x, y }: Dataset, rows: readonly number[]): Dataset => ({
  features,
  x: rows.map((i) => x[i] as number[]),
  y: rows.map((i) => y[i] as number),
});

/** (x − mean)/std of each feature, with the mean and the population standard deviation over the rows of `train`. */
export function standardiser(train: Dataset): (data: Dataset) => Dataset {
  const n = train.x.length;
  const column = (j: number) => train.x.map((row) => row[j] as number);
  const mean = train.features.map((_, j) => column(j).reduce((a, b) => a + b, 0) / n);
  const std = train.features.map((_, j) =>
    Math.sqrt(column(j).reduce((a, b) => a + (b - (mean[j] as number)) ** 2, 0) / n),
  );
  const scale = (v: number, j: number) => (v - (mean[j] as number)) / (std[j] as number);
  return (data) => ({ ...data, x: data.x.map((row) => row.map(scale)) });
}
