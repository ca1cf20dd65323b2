import type { Signatures } from "../arguments.ts";
import { aliasArguments, aliases } from "./aliases.ts";
import { extremaAlong, extremaAlongArguments } from "./extremum.ts";
import { floatOpArguments, floatOps } from "./float.ts";
import { indexListArguments, indexLists } from "./index-list.ts";
import { linalg, linalgArguments } from "./linalg.ts";
import { logSumExpArguments, logSumExps } from "./log-sum-exp.ts";
import { lookupArguments, lookups } from "./lookup.ts";
import { maskArguments, maskOps } from "./masked.ts";
import { matrices, matrixArguments } from "./matrix.ts";
import { normArguments, norms } from "./norm.ts";
import { padArguments, pads } from "./pad.ts";
import { scanArguments, scans } from "./scan.ts";
import { scatterReductionArguments, scatterReductions } from "./scatter-reduce.ts";
import { searchArguments, searches } from "./search.ts";
import { shapeArguments, shapes } from "./shape.ts";
import { sliceArguments, slices } from "./slice.ts";
import { axisActivationArguments, axisActivations } from "./softmax.ts";
import { sortCompositionArguments, sortCompositions } from "./sort.ts";
import { statistics, statisticsArguments } from "./statistics.ts";
import { subscriptArguments, subscripts } from "./subscript.ts";
import { tileArguments, tiles } from "./tile.ts";
import { transposeArguments, transposes } from "./transpose.ts";

/** The tables by reference, so that published declarations keep the documentation of the functions. */
export type Compositions = typeof shapes &
  typeof transposes &
  typeof slices &
  typeof tiles &
  typeof pads &
  typeof matrices &
  typeof indexLists &
  typeof lookups &
  typeof maskOps &
  typeof searches &
  typeof sortCompositions &
  typeof subscripts &
  typeof scatterReductions &
  typeof statistics &
  typeof norms &
  typeof extremaAlong &
  typeof scans &
  typeof logSumExps &
  typeof axisActivations &
  typeof floatOps &
  typeof linalg &
  typeof aliases;

/** All compositions by name. */
export const compositions: Compositions = {
  ...shapes,
  ...transposes,
  ...slices,
  ...tiles,
  ...pads,
  ...matrices,
  ...indexLists,
  ...lookups,
  ...maskOps,
  ...searches,
  ...sortCompositions,
  ...subscripts,
  ...scatterReductions,
  ...statistics,
  ...norms,
  ...extremaAlong,
  ...scans,
  ...logSumExps,
  ...axisActivations,
  ...floatOps,
  ...linalg,
  ...aliases,
};

/** The signatures of the compositions as methods of their first operand. */
export const compositionArguments = {
  ...shapeArguments,
  ...transposeArguments,
  ...sliceArguments,
  ...tileArguments,
  ...padArguments,
  ...matrixArguments,
  ...indexListArguments,
  ...lookupArguments,
  ...maskArguments,
  ...searchArguments,
  ...sortCompositionArguments,
  ...subscriptArguments,
  ...scatterReductionArguments,
  ...statisticsArguments,
  ...normArguments,
  ...extremaAlongArguments,
  ...scanArguments,
  ...logSumExpArguments,
  ...axisActivationArguments,
  ...floatOpArguments,
  ...linalgArguments,
  ...aliasArguments,
} satisfies Signatures<Compositions>;
