/**
 * The proof that a scheme gives back what it protects, for all contents.
 *
 * Codes are linear over GF(2): what holds for every single bit of every data member holds for any content. A block of 128
 * bytes has 128 positions whose symbols are computed alike and apart; position 8·i + b of the group that is encoded here holds
 * bit b of data member i alone, so that one block carries the whole basis (k is at most 16). The bytes behind the block, which
 * are symbols themselves, carry it once more. The core takes other ways for longer members: with several blocks each carries it.
 *
 * For each pattern of members that are left: the rank of their rows, by elimination of its own over the oracle's matrix, says
 * whether it is recoverable; the code must say the same, decode to the very bytes if so, and refuse if not. Up to
 * the tolerance no pattern may be unrecoverable.
 * Does not cover: schemes with more than 16 members, where cited theorems stand (docs/redundancy.md); digests and placement.
 */
import type { Scheme } from "../../core/redundancy/scheme.ts";
import { definitionOf } from "../oracle/generator.ts";
import type { GeneratorMatrix } from "../oracle/rank.ts";

/** What is proved: the core's functions, or in tests broken ones. Shapes are those of redundancy/code.ts. */
export interface CodeUnderProof {
  readonly encode: (scheme: Scheme, data: readonly Uint8Array[]) => Uint8Array[];
  /** Undefined where it refuses. */
  readonly decode: (
    scheme: Scheme,
    dataCount: number,
    members: readonly (Uint8Array | undefined)[],
  ) => readonly Uint8Array[] | undefined;
  readonly isRecoverable: (scheme: Scheme, dataCount: number, available: readonly boolean[]) => boolean;
}

export interface CodeProof {
  readonly scheme: string;
  /** Patterns of members that were decided: for each data count, all sets of members that are left. */
  readonly patternCount: number;
  /** Of these, decoded to the basis; the others were refused, and the rank says rightly so. */
  readonly decodedCount: number;
  readonly withinToleranceCount: number;
  /** Sentences; empty when proved. At most `FAILURES_MAX`. */
  readonly failures: readonly string[];
}

const PROOF_MEMBERS_MAX = 16;
const FAILURES_MAX = 5;
const BLOCK_BYTES = 128;
const PLANE_BYTES = 16;

export interface ProofOptions {
  /** Short groups too: every data count 1..k. Else k alone. */
  readonly shortGroups: boolean;
  /** The bytes behind the last whole block too. */
  readonly tail: boolean;
  /** Blocks of a member, at least one. */
  readonly blockCount: number;
}

/** Members that the core XORs in its kernel, and not in plain code; a kernel runs them in more than one step. */
export const LONG_BLOCK_COUNT = 17;

/** Decides every pattern of a scheme with at most PROOF_MEMBERS_MAX members (else a RangeError). */
export function proveCode(scheme: Scheme, code: CodeUnderProof, options: ProofOptions): CodeProof {
  if (scheme.k + scheme.m > PROOF_MEMBERS_MAX) throw new RangeError(`${scheme.text} has too many members`);
  const proof = new Proof(scheme, code, options);
  for (let dataCount = options.shortGroups ? 1 : scheme.k; dataCount <= scheme.k; dataCount += 1) {
    proof.decideAll(dataCount);
  }
  return proof.result();
}

class Proof {
  private readonly scheme: Scheme;
  private readonly code: CodeUnderProof;
  private readonly options: ProofOptions;
  private readonly generator: GeneratorMatrix;
  private readonly products: Uint8Array;
  private readonly inverses: Uint8Array = new Uint8Array(256);
  private readonly failures: string[] = [];
  private patternCount = 0;
  private decodedCount = 0;
  private withinToleranceCount = 0;

  constructor(scheme: Scheme, code: CodeUnderProof, options: ProofOptions) {
    this.scheme = scheme;
    this.code = code;
    this.options = options;
    const { field, generator } = definitionOf(scheme.text);
    this.generator = generator;
    const limit = generator.some((row) => row.some((entry) => entry > 1)) ? 256 : 2;
    this.products = new Uint8Array(65_536);
    for (let a = 0; a < limit; a += 1) {
      for (let b = 0; b < 256; b += 1) {
        // 0 and 1 act alike in every field.
        this.products[(a << 8) | b] = a < 2 ? a * b : field.multiply(a, b);
        if (this.products[(a << 8) | b] === 1) this.inverses[a] = b;
      }
    }
  }

  result(): CodeProof {
    const { patternCount, decodedCount, withinToleranceCount, failures } = this;
    return { scheme: this.scheme.text, patternCount, decodedCount, withinToleranceCount, failures };
  }

  decideAll(dataCount: number): void {
    const { scheme } = this;
    const data = basisOf(dataCount, this.options);
    const redundancy = this.code.encode(scheme, data);
    const expected = this.generator
      .slice(scheme.k)
      .map((row) => this.encodedBasis(row, dataCount, (data[0] as Uint8Array).length));
    if (redundancy.length !== scheme.m || !redundancy.every((bytes, row) => same(bytes, expected[row]))) {
      this.fail(`${dataCount} data members: the redundancy of the basis is not what the matrix says`);
    }
    const members = Array.from({ length: scheme.k + scheme.m }, (_, member) =>
      member < scheme.k ? data[member] : redundancy[member - scheme.k],
    );
    const existing = members.flatMap((bytes, member) => (bytes === undefined ? [] : [member]));
    this.branch(dataCount, members, existing, 0, [], []);
  }

  /** Goes through all subsets of the existing members, with the rank kept up to date on the way. */
  private branch(
    dataCount: number,
    members: readonly (Uint8Array | undefined)[],
    existing: readonly number[],
    next: number,
    left: readonly number[],
    basis: readonly Uint8Array[],
  ): void {
    const member = existing[next];
    if (member === undefined) return this.decide(dataCount, members, existing.length, left, basis.length);
    this.branch(dataCount, members, existing, next + 1, left, basis);
    const reduced = this.reduced(this.generator[member] as readonly number[], dataCount, basis);
    const larger = reduced === undefined ? basis : [...basis, reduced];
    this.branch(dataCount, members, existing, next + 1, [...left, member], larger);
  }

  /** The row less what the basis makes of it, scaled to start with 1; undefined when nothing is left. */
  private reduced(
    row: readonly number[],
    dataCount: number,
    basis: readonly Uint8Array[],
  ): Uint8Array | undefined {
    const { products } = this;
    const rest = Uint8Array.from(row.slice(0, dataCount));
    for (const earlier of basis) {
      // Each row of the basis remembers where it starts behind its entries.
      const pivot = earlier[dataCount] as number;
      const factor = (rest[pivot] as number) << 8;
      if (factor === 0) continue;
      for (let at = 0; at < dataCount; at += 1) {
        rest[at] = (rest[at] as number) ^ (products[factor | (earlier[at] as number)] as number);
      }
    }
    const pivot = rest.findIndex((entry) => entry !== 0);
    if (pivot < 0) return undefined;
    const scale = (this.inverses[rest[pivot] as number] as number) << 8;
    const result = new Uint8Array(dataCount + 1);
    for (let at = 0; at < dataCount; at += 1) result[at] = products[scale | (rest[at] as number)] as number;
    result[dataCount] = pivot;
    return result;
  }

  private decide(
    dataCount: number,
    members: readonly (Uint8Array | undefined)[],
    existingCount: number,
    left: readonly number[],
    rank: number,
  ): void {
    const { scheme, code } = this;
    this.patternCount += 1;
    const available = new Array<boolean>(members.length).fill(false);
    const present = new Array<Uint8Array | undefined>(members.length).fill(undefined);
    for (const member of left) {
      available[member] = true;
      present[member] = members[member];
    }
    const where = (): string => `${dataCount} data members, left ${left.join(",")}`;
    const isRecoverable = rank === dataCount;
    if (existingCount - left.length <= scheme.tolerance) {
      this.withinToleranceCount += 1;
      if (!isRecoverable) this.fail(`${where()}: within the tolerance, and the rank is ${rank}`);
    }
    if (code.isRecoverable(scheme, dataCount, available) !== isRecoverable) {
      this.fail(`${where()}: called ${isRecoverable ? "un" : ""}recoverable, and the rank is ${rank}`);
    }
    const decoded = code.decode(scheme, dataCount, present);
    if (decoded === undefined) {
      if (isRecoverable) this.fail(`${where()}: refused, and the rank is ${rank}`);
      return;
    }
    this.decodedCount += 1;
    if (!isRecoverable) this.fail(`${where()}: decoded, and the rank is ${rank}`);
    for (let member = 0; member < dataCount; member += 1) {
      const bytes = decoded[member];
      // A member that is left is handed back as it is.
      if (bytes !== present[member] && !same(bytes, members[member])) {
        this.fail(`${where()}: member ${member} is not what was encoded`);
      }
    }
  }

  /** What the matrix makes of the basis in one redundancy member, symbol by symbol. */
  private encodedBasis(row: readonly number[], dataCount: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let element = 0; element < 8 * dataCount; element += 1) {
      const coefficient = (row[element >> 3] as number) << 8;
      const symbol = this.products[coefficient | (1 << (element & 7))] as number;
      putSymbol(bytes, this.options.blockCount, element, symbol);
    }
    return bytes;
  }

  private fail(sentence: string): void {
    if (this.failures.length < FAILURES_MAX) this.failures.push(`${this.scheme.text}: ${sentence}`);
  }
}

/** Data members of which member i has bit b set at position 8·i + b, and nowhere else. */
function basisOf(dataCount: number, { tail, blockCount }: ProofOptions): Uint8Array[] {
  const length = blockCount * BLOCK_BYTES + (tail ? Math.min(BLOCK_BYTES - 1, 8 * dataCount) : 0);
  return Array.from({ length: dataCount }, (_, member) => {
    const bytes = new Uint8Array(length);
    for (let bit = 0; bit < 8; bit += 1) putSymbol(bytes, blockCount, 8 * member + bit, 1 << bit);
    return bytes;
  });
}

/** Puts a symbol at a position of each block, one bit into each plane, and as the byte of that number behind the blocks. */
function putSymbol(bytes: Uint8Array, blockCount: number, position: number, symbol: number): void {
  const blockEnd = blockCount * BLOCK_BYTES;
  for (let plane = 0; plane < blockEnd; plane += PLANE_BYTES) {
    const at = plane + (position >> 3);
    const bit = (symbol >> ((plane / PLANE_BYTES) % 8)) & 1;
    bytes[at] = (bytes[at] as number) | (bit << (position & 7));
  }
  if (blockEnd + position < bytes.length) bytes[blockEnd + position] = symbol;
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
