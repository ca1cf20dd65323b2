/** Instructions with consecutive opcodes. */
type Run = readonly [
  from: number,
  /** The prefixes of the names: all names of one type, then those of the next. */
  of: string,
  names: string,
  /** The number of immediates that the caller gives. */
  immediates?: number,
  /** Constant immediates (memory 0), after the given ones. */
  fixed?: readonly number[],
  /** The distance between the first opcodes of two types, where other instructions are between them. */
  apart?: number,
];

const integerOrder = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const floatOrder = "eq ne lt gt le ge";
const integers = "i32 i64";
const floats = "f32 f64";
const numbers = `${integers} ${floats}`;
const integerVectors = "i32x4 i64x2";
const floatVectors = "f32x4 f64x2";
const vectors = `${integerVectors} ${floatVectors}`;

/**
 * The instructions that the backend uses. Opcodes from 0xfc00 and 0xfd00 are those with a prefix byte. Loads and stores take
 * log₂ of the alignment and an offset; the `lane` forms a lane after them.
 */
const runs = [
  [0x0c, "", "br br_if", 1],
  [0x0f, "", "return"],
  [0x10, "", "call", 1],
  [0x1a, "", "drop select"],
  [0x20, "local", "get set tee", 1],
  [0x28, numbers, "load", 2],
  [0x2c, "i32", "load8_s load8_u load16_s load16_u", 2],
  [0x36, numbers, "store", 2],
  [0x3a, "i32", "store8 store16", 2],
  [0x45, integers, `eqz ${integerOrder}`],
  [0x5b, floats, floatOrder],
  [0x67, integers, "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr"],
  [0x8b, floats, "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign"],
  [0xa7, "i32", "wrap_i64"],
  [0xac, "i64", "extend_i32_s"],
  [0xb2, "f32", "convert_i32_s"],
  [0xb4, "f32", "convert_i64_s"],
  [0xb6, "", "f32.demote_f64 f64.convert_i32_s"],
  [0xb9, "f64", "convert_i64_s"],
  [
    0xbb,
    "",
    "f64.promote_f32 i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64",
  ],
  [0xfc00, "i32", "trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s"],
  [0xfc06, "i64", "trunc_sat_f64_s"],
  [0xfc0a, "memory", "copy", 0, [0, 0]],
  [0xfc0b, "memory", "fill", 0, [0]],
  [0xfd00, "v128", "load", 2],
  [0xfd09, "v128", "load32_splat load64_splat store", 2],
  [0xfd0d, "i8x16", "shuffle", 16],
  [0xfd11, vectors, "splat"],
  [0xfd1b, vectors, "extract_lane replace_lane", 1],
  [0xfd37, "i32x4", integerOrder],
  [0xfd41, floatVectors, floatOrder],
  [0xfd4d, "v128", "not and andnot or xor bitselect any_true"],
  [0xfd56, "v128", "load32_lane load64_lane", 3],
  [0xfd5c, "v128", "load32_zero load64_zero", 2],
  [0xfd5f, "f64x2", "promote_low_f32x4"],
  [0xfd67, "f32x4", "ceil floor trunc nearest"],
  [0xfd74, "f64x2", "ceil floor"],
  [0xfd7a, "f64x2", "trunc"],
  [0xfd94, "f64x2", "nearest"],
  [0xfd89, "i16x8", "extend_low_i8x16_u"],
  [0xfda9, "i32x4", "extend_low_i16x8_u"],
  [0xfdc9, "i64x2", "extend_low_i32x4_u"],
  [0xfda0, integerVectors, "abs neg", 0, [], 0x20],
  [0xfda3, integerVectors, "all_true bitmask", 0, [], 0x20],
  [0xfdab, integerVectors, "shl shr_s shr_u add", 0, [], 0x20],
  [0xfdb1, integerVectors, "sub", 0, [], 0x20],
  [0xfdb5, integerVectors, "mul", 0, [], 0x20],
  [0xfdb6, "i32x4", "min_s min_u max_s max_u"],
  [0xfdd6, "i64x2", "eq ne lt_s gt_s le_s ge_s"],
  [0xfde0, floatVectors, "abs neg", 0, [], 12],
  [0xfde3, floatVectors, "sqrt add sub mul div min max pmin pmax", 0, [], 12],
  [0xfdf8, "i32x4", "trunc_sat_f32x4_s"],
  [0xfdfa, "f32x4", "convert_i32x4_s"],
  [0xfdfe, "f64x2", "convert_low_i32x4_s"],
  // Results differ between machines (fused or not): only code that gives up identical bits may use them.
  [0xfe05, floatVectors, "relaxed_madd relaxed_nmadd"],
] as const satisfies readonly Run[];

type Split<Words extends string> = Words extends `${infer First} ${infer Others}`
  ? First | Split<Others>
  : Words;

type NamesOf<R extends Run> = R[1] extends "" ? Split<R[2]> : `${Split<R[1]>}.${Split<R[2]>}`;

type Each<R> = R extends Run ? NamesOf<R> : never;

export type OpName = Each<(typeof runs)[number]>;

export interface Instruction {
  readonly code: readonly number[];
  readonly immediates: number;
  readonly fixed: readonly number[];
}

/** LEB128, unsigned. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) + 0x80);
  bytes.push(value);
  return bytes;
}

/** The bytes of an opcode: one byte, or a prefix and the LEB128 of the rest. */
const codeOf = (opcode: number): number[] =>
  opcode < 0xfc00
    ? [opcode]
    : opcode < 0xfd00
      ? [0xfc, opcode - 0xfc00]
      : [0xfd, ...unsigned(opcode - 0xfd00)];

/** The instructions without a block, constant or label table, by their names in the text format. */
export const instructions: ReadonlyMap<OpName, Instruction> = new Map(
  (runs as readonly Run[]).flatMap(([from, of, words, immediates = 0, fixed = [], apart = 0]) => {
    const names = words.split(" ");
    return of
      .split(" ")
      .flatMap((type, t) =>
        names.map((name, k): [OpName, Instruction] => [
          ((type && `${type}.`) + name) as OpName,
          { code: codeOf(from + t * (apart || names.length) + k), immediates, fixed },
        ]),
      );
  }),
);
