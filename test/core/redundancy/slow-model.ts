/**
 * An independent, slow model of cutting, coding and placing: byte by byte from the definitions in DESIGN.md, sharing no code
 * with src. What the fast code produces is compared with what this one says.
 */

export interface SlowMember {
  group: number;
  member: number;
  position: number;
  bytes: number[];
}

export interface SlowOptions {
  image: readonly number[];
  k: number;
  m: number;
  width: number;
  subsegmentBytes: number;
}

/** XOR of lists of bytes, one bit at a time. */
export function slowXor(lists: readonly (readonly number[])[]): number[] {
  const result: number[] = [];
  for (let index = 0; index < (lists[0] ?? []).length; index += 1) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      let ones = 0;
      for (const list of lists) if (((list[index] ?? 0) >> bit) % 2 === 1) ones += 1;
      if (ones % 2 === 1) byte += 1 << bit;
    }
    result.push(byte);
  }
  return result;
}

/** Everything that is stored anywhere for an image, in order of group and member. */
export function slowProtect(options: SlowOptions): SlowMember[] {
  const { image, k, m, width, subsegmentBytes } = options;
  const subsegments: number[][] = [];
  for (let offset = 0; offset < image.length; offset += subsegmentBytes) {
    const piece = image.slice(offset, offset + subsegmentBytes);
    while (piece.length < subsegmentBytes) piece.push(0);
    subsegments.push(piece);
  }
  const stored: SlowMember[] = [];
  for (let group = 0; group * k < subsegments.length; group += 1) {
    const data = subsegments.slice(group * k, group * k + k);
    const place = (member: number, bytes: number[]): void => {
      stored.push({ group, member, position: (group + member) % width, bytes });
    };
    for (const [member, bytes] of data.entries()) place(member, bytes);
    for (let row = 0; row < m; row += 1) place(k + row, slowXor(data));
  }
  return stored;
}
