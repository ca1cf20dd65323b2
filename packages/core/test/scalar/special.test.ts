import { describe, expect, it } from "vitest";
import { digamma, lgamma, trigamma } from "../../src/scalar/gamma.ts";
import { erf, erfc, erfinv, pow } from "../../src/scalar/special.ts";

/** Rows of [x, f(x)], where f(x) was computed by mpmath in 60 digits at exactly the double x, and rounded once. */
type Table = readonly (readonly [x: number, value: number])[];
type Measure = (actual: number, value: number) => number;

const bits = (x: number): bigint => new BigInt64Array(Float64Array.of(x).buffer)[0] as bigint;

/** How many doubles lie from `actual` to `value`, both of one sign. */
const ulps: Measure = (actual, value) => Math.abs(Number(bits(actual) - bits(value)));
const relative: Measure = (actual, value) => Math.abs(actual - value) / Math.abs(value);
const absolute: Measure = (actual, value) => Math.abs(actual - value);

function expectClose(f: (x: number) => number, table: Table, measure: Measure, bound: number): void {
  for (const [x, value] of table) {
    expect(measure(f(x), value), `${f.name}(${x}) = ${f(x)}, not ${value}`).toBeLessThanOrEqual(bound);
  }
}

/** Equal to the bit, telling −0 from 0. */
function expectExact(f: (x: number) => number, table: Table): void {
  for (const [x, value] of table) expect(f(x), `${f.name}(${Object.is(x, -0) ? "-0" : x})`).toBe(value);
}

const NON_INTEGERS = Array.from({ length: 500 }, (_, i) => -24.95 + 0.1 * i + 1e-3 * Math.sin(i));

const ERF: Table = [
  [5e-324, 5e-324],
  [1e-300, 1.1283791670955126e-300],
  [1e-8, 1.1283791670955126e-8],
  [-0.1, -0.1124629160182849],
  [0.3, 0.3286267594591274],
  [0.5, 0.5204998778130465],
  [-0.7, -0.6778011938374184],
  [0.84, 0.7651427114549945],
  [0.84375, 0.7672256612323416],
  [0.86, 0.7761002683235567],
  [-1, -0.8427007929497149],
  [1.25, 0.9229001282564583],
  [1.7, 0.9837904585907745],
  [2.5, 0.999593047982555],
  [3.9, 0.9999999652077514],
  [-5.8, -0.9999999999999998],
  [6, 1],
];

const ERFC: Table = [
  [-6, 2],
  [-2.5, 1.999593047982555],
  [-0.9, 1.7969082124228322],
  [-0.3, 1.3286267594591274],
  [1e-20, 1],
  [0.1, 0.887537083981715],
  [0.49, 0.4883317388114769],
  [0.69, 0.32915993776492225],
  [0.7, 0.32219880616258156],
  [0.84375, 0.23277433876765838],
  [1, 0.15729920705028513],
  [1.05, 0.13756389390990328],
  [1.3, 0.06599205505934755],
  [1.5, 0.033894853524689274],
  [1.65, 0.019624414976639713],
  [2, 0.004677734981047266],
  [3.75, 1.1372725656979665e-7],
  [5, 1.537459794428035e-12],
  [8.1, 2.216308572065754e-30],
  [10, 2.088487583762545e-45],
  [14.3, 6.111600240794073e-91],
  [20.7, 2.2085481102488885e-188],
  [25, 8.300172571196523e-274],
  [26.5, 2.2109076642637343e-307],
  [26.6, 1.088512588544227e-309],
  [26.9, 1.1522406e-316],
  [27.2, 1e-323],
];

const ERFINV: Table = [
  [5e-324, 5e-324],
  [1e-300, 8.86226925452758e-301],
  [1e-8, 8.86226925452758e-9],
  [-0.01, -0.008862501280950598],
  [0.1, 0.08885599049425769],
  [0.3, 0.2724627147267543],
  [-0.499, -0.47582428088309237],
  [0.5, 0.4769362762044699],
  [0.7, 0.7328690779592167],
  [0.9, 1.1630871536766743],
  [-0.99, -1.8213863677184494],
  [0.9999, 2.75106390571208],
  [0.99999999, 4.052237243268763],
  [0.999999999999, 5.042031898572696],
  [0.9999999999999999, 5.8635847487551676],
];

const LGAMMA: Table = [
  [5e-324, 744.4400719213812],
  [1e-20, 46.051701859880914],
  [1e-5, 11.512919692895826],
  [0.1, 2.252712651734206],
  [0.5, 0.5723649429247001],
  [0.99, 0.005854806764709781],
  [1.4, -0.1196129141723713],
  [1.46, -0.12148500100400743],
  [1.5, -0.12078223763524522],
  [2.3, 0.15418945495963046],
  [2.5, 0.2846828704729192],
  [3.7, 1.428072326665388],
  [9.9, 12.57717990421988],
  [10, 12.801827480081469],
  [30.5, 72.9534711841694],
  [171.6, 709.6573587630563],
  [10000000000, 220258509288.81058],
  [2.5e305, 1.7555118602376452e308],
  [-1e-9, 20.723265837523627],
  [-0.5, 1.2655121234846454],
  [-1.5, 0.860047015376481],
  [-3.1, 0.4003116967039849],
  [-9.9, -12.550625769891472],
  [-10.1, -13.0209732710115],
  [-30.3, -74.32837301253049],
  [-1000000.25, -12815520.347232489],
  [0.9999999999999999, 6.408381213480008e-17],
  [1.0000000000000002, -1.2816762426960008e-16],
  [1.000000001, -5.772157118381039e-10],
  [0.999, 0.0005780385328913802],
  [1.9999999999999998, -9.387698065543117e-17],
  [2.0000000000000004, 1.8775396131086244e-16],
  [1.999999, -4.227840125965854e-7],
  [2.01, 0.004260022907098346],
];

/** Doubles next to the zeros of ln |Γ(x)| at x < 0. */
const LGAMMA_ZEROS: Table = [
  [-2.4570247382208006, 5.619192358950097e-17],
  [-2.7476826467274127, 1.733509244024501e-16],
  [-3.14358088834998, 1.6978655906121085e-15],
  [-3.955294284858598, -4.14382750757705e-16],
  [-4.0393618397405, 9.937139549376538e-13],
];

const DIGAMMA: Table = [
  [5e-308, -2.0000000000000002e307],
  [1e-20, -1e20],
  [1e-5, -100000.57719921567],
  [0.1, -10.423754940411076],
  [0.5, -1.9635100260214235],
  [1, -0.5772156649015329],
  [1.25, -0.22745353337626542],
  [2, 0.42278433509846713],
  [3.7, 1.1671535393615113],
  [9.9, 2.2411803166063815],
  [10, 2.251752589066721],
  [30.5, 3.401243668961661],
  [10000000000, 23.025850929890456],
  [1e300, 690.7755278982137],
  [-1e-9, 999999999.4227843],
  [-0.3, 2.113309779635399],
  [-1.5, 0.7031566406452432],
  [-2.999, -998.7408763243631],
  [-9.9, -7.32663757284758],
  [-30.3, 5.7100592729113115],
  [-1000000.25, 16.957103961553827],
];

/** Doubles next to the zeros of ψ(x). */
const DIGAMMA_ZEROS: Table = [
  [1.4616321449683622, -9.241265521729427e-17],
  [1.4616321449683625, 1.2245374622004068e-16],
  [1.46, -0.0015805619870834522],
  [1.463, 0.0013228075888998775],
  [-0.504083008264455, 4.042965717222496e-15],
  [-0.504083008264456, -4.8896874587111406e-15],
  [-1.5734984731623904, 1.5649788481838454e-16],
  [-2.610720868444145, -5.889653358275491e-15],
  [-3.635293366436901, -6.354883894064686e-16],
];

const TRIGAMMA: Table = [
  [1e-150, 1e300],
  [1e-20, 1.0000000000000002e40],
  [1e-5, 10000000001.644909],
  [0.1, 101.43329915079275],
  [0.5, 4.934802200544679],
  [1, 1.6449340668482264],
  [1.25, 1.1973291545071107],
  [2, 0.6449340668482264],
  [3.7, 0.3100378576700383],
  [9.9, 0.1062830416287406],
  [10, 0.10516633568168575],
  [30.5, 0.03333024811280161],
  [10000000000, 1.00000000005e-10],
  [1e300, 1e-300],
  [-1e-9, 9.999999999999999e17],
  [-0.3, 13.945160267805722],
  [-1.5, 9.379246644989124],
  [-2.999, 1000003.00597183],
  [-9.9, 103.259759109148],
  [-30.3, 15.04694902139554],
  [-1000000.25, 19.739207802179468],
];

describe("erf", () => {
  it("is within 1 ulp of the rounded truth", () => expectClose(erf, ERF, ulps, 1));
  it("keeps signed zeros, NaN and the limits", () =>
    expectExact(erf, [
      [0, 0],
      [-0, -0],
      [Infinity, 1],
      [-Infinity, -1],
      [NaN, NaN],
    ]));
  it("is odd", () => {
    for (const [x] of ERF) expect(erf(-x)).toBe(-erf(x));
  });
});

describe("erfc", () => {
  it("is within 2 ulp of the rounded truth, also where the result is subnormal", () =>
    expectClose(erfc, ERFC, ulps, 2));
  it("has the limits 2 and 0, underflows to 0, and keeps NaN", () =>
    expectExact(erfc, [
      [0, 1],
      [-0, 1],
      [27.3, 0],
      [1e308, 0],
      [Infinity, 0],
      [-Infinity, 2],
      [NaN, NaN],
    ]));
  it("complements erf to 1, across the joins of both", () => {
    for (let x = -6; x < 6; x += 0.01) expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThanOrEqual(2 ** -52);
  });
});

describe("erfinv", () => {
  it("is within 2 ulp of the rounded truth", () => expectClose(erfinv, ERFINV, ulps, 2));
  it("is ±Infinity at ±1, NaN outside, and keeps signed zeros", () =>
    expectExact(erfinv, [
      [0, 0],
      [-0, -0],
      [1, Infinity],
      [-1, -Infinity],
      [1 + 2 ** -52, NaN],
      [-2, NaN],
      [Infinity, NaN],
      [-Infinity, NaN],
      [NaN, NaN],
    ]));
  it("undoes erf", () => {
    for (let x = -0.995; x < 1; x += 0.01) expect(ulps(erf(erfinv(x)), x)).toBeLessThanOrEqual(4);
  });
});

describe("lgamma", () => {
  it("is within 1e-15 of the truth, relative, also next to its zeros at 1 and 2", () =>
    expectClose(lgamma, LGAMMA, relative, 1e-15));
  it("is within 1e-15 of the truth, absolute, next to its zeros at x < 0", () =>
    expectClose(lgamma, LGAMMA_ZEROS, absolute, 1e-15));
  it("is Infinity at the poles, exactly 0 at 1 and 2, and keeps NaN", () =>
    expectExact(lgamma, [
      [0, Infinity],
      [-0, Infinity],
      [-1, Infinity],
      [-10, Infinity],
      [-1e300, Infinity],
      [1, 0],
      [2, 0],
      [1e306, Infinity],
      [Infinity, Infinity],
      [-Infinity, Infinity],
      [NaN, NaN],
    ]));
  it("satisfies ln |Γ(x+1)| = ln |Γ(x)| + ln |x|", () => {
    for (const x of NON_INTEGERS) {
      const error = Math.abs(lgamma(x + 1) - lgamma(x) - Math.log(Math.abs(x)));
      expect(error, `x = ${x}`).toBeLessThanOrEqual(1e-15 * (10 + Math.abs(lgamma(x))));
    }
  });
});

describe("digamma", () => {
  it("is within 1e-15 of the truth, relative, away from its zeros", () =>
    expectClose(digamma, DIGAMMA, relative, 1e-15));
  it("is within 1e-15 of the truth, absolute, next to its zeros", () =>
    expectClose(digamma, DIGAMMA_ZEROS, absolute, 1e-15));
  it("is ∓Infinity at ±0, NaN at negative integers and −Infinity, as PyTorch", () =>
    expectExact(digamma, [
      [0, -Infinity],
      [-0, Infinity],
      [5e-324, -Infinity],
      [-1, NaN],
      [-30, NaN],
      [-1e300, NaN],
      [Infinity, Infinity],
      [-Infinity, NaN],
      [NaN, NaN],
    ]));
  it("satisfies ψ(x+1) = ψ(x) + 1/x", () => {
    for (const x of NON_INTEGERS) {
      const error = Math.abs(digamma(x + 1) - digamma(x) - 1 / x);
      expect(error, `x = ${x}`).toBeLessThanOrEqual(1e-15 * (10 + digamma(x) ** 2));
    }
  });
});

describe("trigamma", () => {
  it("is within 1e-15 of the truth, relative", () => expectClose(trigamma, TRIGAMMA, relative, 1e-15));
  it("is Infinity at the poles, 0 at Infinity, and keeps NaN", () =>
    expectExact(trigamma, [
      [0, Infinity],
      [-0, Infinity],
      [5e-324, Infinity],
      [-5e-324, Infinity],
      [-1, Infinity],
      [-30, Infinity],
      [Infinity, 0],
      [-Infinity, NaN],
      [NaN, NaN],
    ]));
  it("satisfies ψ′(x+1) = ψ′(x) − 1/x²", () => {
    for (const x of NON_INTEGERS) {
      const error = Math.abs(trigamma(x + 1) - trigamma(x) + 1 / x ** 2);
      expect(error, `x = ${x}`).toBeLessThanOrEqual(1e-15 * (10 + 2 * trigamma(x) ** 1.5));
    }
  });
});

describe("pow", () => {
  it("follows IEEE 754 where ** does not", () => {
    for (const y of [NaN, Infinity, -Infinity, 0, -3.5]) expect(pow(1, y)).toBe(1);
    for (const y of [Infinity, -Infinity]) expect(pow(-1, y)).toBe(1);
  });
  it("is ** otherwise", () => {
    const values = [0, -0, 0.5, -0.5, 2, -2, 3, -3, 1e308, Infinity, -Infinity, NaN];
    for (const x of values) for (const y of values) expect(pow(x, y)).toBe(x ** y);
    for (const y of [-1, 3, 0.5, 1e308, NaN]) expect(pow(-1, y)).toBe((-1) ** y);
  });
});
