/** A run of instructions with consecutive opcodes. */
interface Run {
  /** 0xfc and 0xfd announce an opcode of the later tables, written as LEB128. */
  readonly prefix?: 0xfc | 0xfd;
  readonly from: number;
  /** How many immediates the writer of the instruction gives. */
  readonly immediates?: number;
  /** Immediates that are always the same (memory 0), written after the given ones. */
  readonly fixed?: readonly number[];
  /** What the names begin with, and after it how they go on: "f32. eq ne" for `f32.eq` and `f32.ne`. */
  readonly names: readonly string[];
}

/** Loads and stores take log₂ of the alignment and an offset; the `lane` forms a lane after them. */
const runs = [
  { from: 0x00, names: [" unreachable nop"] },
  { from: 0x0c, immediates: 1, names: [" br br_if"] },
  { from: 0x0f, names: [" return"] },
  { from: 0x10, immediates: 1, names: [" call"] },
  { from: 0x1a, names: [" drop select"] },
  { from: 0x20, immediates: 1, names: ["local. get set tee"] },
  {
    from: 0x28,
    immediates: 2,
    names: [
      "i32. load",
      "i64. load",
      "f32. load",
      "f64. load",
      "i32. load8_s load8_u load16_s load16_u",
      "i64. load8_s load8_u load16_s load16_u load32_s load32_u",
      "i32. store",
      "i64. store",
      "f32. store",
      "f64. store",
      "i32. store8 store16",
      "i64. store8 store16 store32",
    ],
  },
  { from: 0x3f, fixed: [0], names: ["memory. size grow"] },
  {
    from: 0x45,
    names: [
      "i32. eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u",
      "i64. eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u",
      "f32. eq ne lt gt le ge",
      "f64. eq ne lt gt le ge",
      "i32. clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr",
      "i64. clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr",
      "f32. abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign",
      "f64. abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign",
      "i32. wrap_i64 trunc_f32_s trunc_f32_u trunc_f64_s trunc_f64_u",
      "i64. extend_i32_s extend_i32_u trunc_f32_s trunc_f32_u trunc_f64_s trunc_f64_u",
      "f32. convert_i32_s convert_i32_u convert_i64_s convert_i64_u demote_f64",
      "f64. convert_i32_s convert_i32_u convert_i64_s convert_i64_u promote_f32",
      "i32. reinterpret_f32",
      "i64. reinterpret_f64",
      "f32. reinterpret_i32",
      "f64. reinterpret_i64",
      "i32. extend8_s extend16_s",
      "i64. extend8_s extend16_s extend32_s",
    ],
  },
  {
    prefix: 0xfc,
    from: 0x00,
    names: [
      "i32. trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u",
      "i64. trunc_sat_f32_s trunc_sat_f32_u trunc_sat_f64_s trunc_sat_f64_u",
    ],
  },
  { prefix: 0xfc, from: 0x0a, fixed: [0, 0], names: ["memory. copy"] },
  { prefix: 0xfc, from: 0x0b, fixed: [0], names: ["memory. fill"] },
  {
    prefix: 0xfd,
    from: 0x00,
    immediates: 2,
    names: [
      "v128. load load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u load8_splat load16_splat load32_splat load64_splat store",
    ],
  },
  { prefix: 0xfd, from: 0x0d, immediates: 16, names: ["i8x16. shuffle"] },
  {
    prefix: 0xfd,
    from: 0x0e,
    names: [
      "i8x16. swizzle splat",
      "i16x8. splat",
      "i32x4. splat",
      "i64x2. splat",
      "f32x4. splat",
      "f64x2. splat",
    ],
  },
  {
    prefix: 0xfd,
    from: 0x15,
    immediates: 1,
    names: [
      "i8x16. extract_lane_s extract_lane_u replace_lane",
      "i16x8. extract_lane_s extract_lane_u replace_lane",
      "i32x4. extract_lane replace_lane",
      "i64x2. extract_lane replace_lane",
      "f32x4. extract_lane replace_lane",
      "f64x2. extract_lane replace_lane",
    ],
  },
  {
    prefix: 0xfd,
    from: 0x23,
    names: [
      "i8x16. eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u",
      "i16x8. eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u",
      "i32x4. eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u",
      "f32x4. eq ne lt gt le ge",
      "f64x2. eq ne lt gt le ge",
      "v128. not and andnot or xor bitselect any_true",
    ],
  },
  {
    prefix: 0xfd,
    from: 0x54,
    immediates: 3,
    names: [
      "v128. load8_lane load16_lane load32_lane load64_lane store8_lane store16_lane store32_lane store64_lane",
    ],
  },
  { prefix: 0xfd, from: 0x5c, immediates: 2, names: ["v128. load32_zero load64_zero"] },
  {
    prefix: 0xfd,
    from: 0x5e,
    names: [
      "f32x4. demote_f64x2_zero",
      "f64x2. promote_low_f32x4",
      "i8x16. abs neg popcnt all_true bitmask narrow_i16x8_s narrow_i16x8_u",
      "f32x4. ceil floor trunc nearest",
      "i8x16. shl shr_s shr_u add add_sat_s add_sat_u sub sub_sat_s sub_sat_u",
      "f64x2. ceil floor",
      "i8x16. min_s min_u max_s max_u",
      "f64x2. trunc",
    ],
  },
  { prefix: 0xfd, from: 0x84, names: ["i16x8. bitmask narrow_i32x4_s narrow_i32x4_u"] },
  {
    prefix: 0xfd,
    from: 0x87,
    names: ["i16x8. extend_low_i8x16_s extend_high_i8x16_s extend_low_i8x16_u extend_high_i8x16_u"],
  },
  { prefix: 0xfd, from: 0x94, names: ["f64x2. nearest"] },
  { prefix: 0xfd, from: 0xa0, names: ["i32x4. abs neg"] },
  { prefix: 0xfd, from: 0xa3, names: ["i32x4. all_true bitmask"] },
  {
    prefix: 0xfd,
    from: 0xa7,
    names: [
      "i32x4. extend_low_i16x8_s extend_high_i16x8_s extend_low_i16x8_u extend_high_i16x8_u shl shr_s shr_u add",
    ],
  },
  { prefix: 0xfd, from: 0xb1, names: ["i32x4. sub"] },
  { prefix: 0xfd, from: 0xb5, names: ["i32x4. mul min_s min_u max_s max_u"] },
  { prefix: 0xfd, from: 0xc0, names: ["i64x2. abs neg"] },
  { prefix: 0xfd, from: 0xc3, names: ["i64x2. all_true bitmask"] },
  {
    prefix: 0xfd,
    from: 0xc7,
    names: [
      "i64x2. extend_low_i32x4_s extend_high_i32x4_s extend_low_i32x4_u extend_high_i32x4_u shl shr_s shr_u add",
    ],
  },
  { prefix: 0xfd, from: 0xd1, names: ["i64x2. sub"] },
  {
    prefix: 0xfd,
    from: 0xd5,
    names: [
      "i64x2. mul eq ne lt_s gt_s le_s ge_s extmul_low_i32x4_s extmul_high_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_u",
      "f32x4. abs neg",
    ],
  },
  { prefix: 0xfd, from: 0xe3, names: ["f32x4. sqrt add sub mul div min max pmin pmax", "f64x2. abs neg"] },
  {
    prefix: 0xfd,
    from: 0xef,
    names: [
      "f64x2. sqrt add sub mul div min max pmin pmax",
      "i32x4. trunc_sat_f32x4_s trunc_sat_f32x4_u",
      "f32x4. convert_i32x4_s convert_i32x4_u",
      "i32x4. trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero",
      "f64x2. convert_low_i32x4_s convert_low_i32x4_u",
    ],
  },
] as const satisfies readonly Run[];

/** Their results differ from machine to machine (fused or not): only what opts out of identical bits may use them. */
const relaxed = [
  {
    prefix: 0xfd,
    from: 0x105,
    names: ["f32x4. relaxed_madd relaxed_nmadd", "f64x2. relaxed_madd relaxed_nmadd"],
  },
] as const satisfies readonly Run[];

type Joined<Start extends string, Ends extends string> = Ends extends `${infer End} ${infer Others}`
  ? `${Start}${End}` | Joined<Start, Others>
  : `${Start}${Ends}`;

type Names<Line extends string> = Line extends `${infer Start} ${infer Ends}` ? Joined<Start, Ends> : never;

export type OpName = Names<(typeof runs | typeof relaxed)[number]["names"][number]>;

const namesOf = (line: string): OpName[] => {
  const [start = "", ...ends] = line.split(" ");
  return ends.map((end) => (start + end) as OpName);
};

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

/** Every instruction that takes no block, constant or label table, by its name in the text format. */
export const instructions: ReadonlyMap<OpName, Instruction> = new Map(
  [...runs, ...relaxed].flatMap(({ prefix, from, immediates = 0, fixed = [], names }: Run) =>
    names
      .flatMap(namesOf)
      .map((name, i): [OpName, Instruction] => [
        name,
        { code: prefix ? [prefix, ...unsigned(from + i)] : [from + i], immediates, fixed },
      ]),
  ),
);
