import type { FunctionBuilder } from "../assembler/assembler.ts";
import { address, type BlockLoop } from "./code.ts";

/** A or B: the lanes of A are its rows, those of B its columns; a step goes along k. */
interface OperandParameters {
  readonly bytes: number;
  /** Whether `lane` and `step` are lists of offsets instead of strides; a mapped operand is always packed. */
  readonly mapped: boolean;
  readonly k: BlockLoop;
  readonly base: number;
  readonly lane: number;
  readonly step: number;
  /** Lanes of a panel. */
  readonly width: number;
  /** The function that packs panels. */
  readonly pack: number;
}

/** The blocks of an operand, which the block kernel reads in place (`direct`) or packed into panels. */
export class GemmOperand {
  readonly direct: number;
  readonly panels: number;
  readonly laneStride: number;
  readonly stepStride: number;

  constructor(
    readonly f: FunctionBuilder,
    readonly parameters: OperandParameters,
  ) {
    this.direct = f.local("i32");
    this.panels = f.local("i32");
    this.laneStride = f.local("i32");
    this.stepStride = f.local("i32");
  }

  /** Sets the strides from lane to lane and along k, once `direct` is set. */
  setStrides(): void {
    const { f } = this;
    const { lane, step, bytes, width } = this.parameters;
    f.get(lane).i32(bytes).get(this.direct).op("select").set(this.laneStride);
    f.get(step)
      .i32(width * bytes)
      .get(this.direct)
      .op("select")
      .set(this.stepStride);
  }

  /** Packs the lanes of a block. */
  emitPack(lanes: BlockLoop): void {
    const { f } = this;
    const { mapped, base, lane, step, k, pack } = this.parameters;
    const call = () => f.get(lanes.size).get(k.size).call(pack);
    if (mapped) {
      f.get(this.panels).get(base);
      this.#pushListEntry(lane, lanes.index);
      this.#pushListEntry(step, k.index);
      call();
      return;
    }
    f.get(this.direct).op("i32.eqz");
    f.if(() => {
      f.get(this.panels);
      this.#pushElement(lanes);
      f.get(lane).get(step);
      call();
    });
  }

  #pushListEntry(list: number, index: number): void {
    this.f.get(list).get(index).i32(2).op("i32.shl").op("i32.add");
  }

  /** Pushes the address of the block in the operand itself. */
  #pushElement(lanes: BlockLoop): void {
    const { base, lane, step, k } = this.parameters;
    address(this.f, base, [lanes.index, lane], [k.index, step]);
  }

  /** Pushes the address of the block, in the operand or in its panels. */
  pushStart(lanes: BlockLoop): void {
    const { f } = this;
    f.get(this.direct);
    f.if(
      () => this.#pushElement(lanes),
      () => f.get(this.panels),
      "i32",
    );
  }

  /** Pushes the stride from panel to panel. */
  pushPanelStride(): void {
    const { f } = this;
    f.get(this.laneStride).i32(this.parameters.width).op("i32.mul");
    f.i32(1).get(this.parameters.k.size).get(this.direct).op("select").op("i32.mul");
  }
}
