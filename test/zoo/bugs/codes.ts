/** Bugs of the codes' matrices: Reed–Solomon rows, local groups and global rows of LRC, and the field that both stand on. */
import type { PlantedBug } from "../planted-bug.ts";

const RS = "src/core/redundancy/schemes/rs.ts";
const LRC = "src/core/redundancy/schemes/lrc.ts";

export const CODE_BUGS: readonly PlantedBug[] = [
  {
    id: "rs-rows-alike",
    story:
      "The second Reed–Solomon member is made by the row of the first: two lost subsegments have one equation.",
    source: "codes: every square of the matrix must be nonsingular",
    breaks: ["decidability", "durability", "redundancy-restored", "placement"],
    file: RS,
    replacements: [{ find: "= [0, 1, -1, 2];\n", replace: "= [0, 0, -1, 2];\n" }],
  },
  {
    id: "polynomial-of-another-field",
    story:
      "The tables of the field are made with a polynomial for which 2 generates a fifth of the elements only.",
    source: "codes: 0x11B, the polynomial of AES, in tables of powers of 2",
    breaks: ["decidability", "durability", "redundancy-restored", "integrity"],
    file: "src/core/redundancy/field.ts",
    replacements: [{ find: "const POLYNOMIAL = 0x11d;\n", replace: "const POLYNOMIAL = 0x11b;\n" }],
  },
  {
    id: "lrc-counted-like-rs",
    story: "A group of an LRC counts as decodable as soon as k of its members are there, whichever they are.",
    source: "codes: an LRC is not maximum distance separable",
    breaks: ["decidability", "durability"],
    file: "src/core/redundancy/code.ts",
    replacements: [
      {
        find: "  if (scheme.tolerance === scheme.m) {\n",
        replace: "  if (scheme.tolerance <= scheme.m) {\n",
      },
    ],
  },
  {
    id: "lrc-parity-of-the-neighbour",
    story:
      "A member is rebuilt with the local parity of another local group: no rebuilt member is ever right.",
    source: "codes: local groups of an LRC",
    breaks: ["redundancy-restored", "decidability", "durability"],
    file: LRC,
    replacements: [{ find: " k + group]);\n", replace: " k + ((group + 1) % l)]);\n" }],
  },
  {
    id: "lrc-global-follows-from-locals",
    story:
      "The first global parity is the sum of the local ones: it helps against no loss that they do not cover.",
    source: "codes: global rows of an LRC",
    breaks: ["decidability", "durability", "redundancy-restored"],
    file: LRC,
    replacements: [
      {
        find: "powerOfTwo((row + 1) * (group + COSET_COUNT * member))",
        replace: "powerOfTwo(row * (group + COSET_COUNT * member))",
      },
    ],
  },
];
