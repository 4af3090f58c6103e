/** Bugs that put wrong bytes somewhere, and bugs of where members lie. */
import type { PlantedBug } from "../planted-bug.ts";

const LAYOUT = "src/core/redundancy/layout.ts";
const REASSEMBLE = "src/core/checkpoint/reassemble.ts";

export const BYTE_BUGS: readonly PlantedBug[] = [
  {
    id: "padding-not-zero",
    story: "The last subsegment is padded with something else than zeros when redundancy is made of it.",
    source: "MinIO PR 13945: padding of the last block was not zero when parity was made",
    breaks: ["redundancy-restored", "decidability", "durability", "integrity"],
    file: "src/core/checkpoint/form.ts",
    replacements: [
      {
        find: "encodeGroup(layout.scheme, data)",
        replace:
          "encodeGroup(\n" +
          "    layout.scheme,\n" +
          "    data.map((bytes, member) => bytes.slice().fill(0x5a, trueBytesOfData(layout, group, member))),\n" +
          "  )",
      },
    ],
  },
  {
    id: "digests-not-checked",
    story: "Members are taken by their length: neither their digest nor the image's is looked at.",
    source: "SeaweedFS 7832: decode accepted a zeroed shard",
    breaks: ["integrity", "redundancy-restored", "continuation"],
    file: REASSEMBLE,
    replacements: [
      {
        find: "bytes.length === manifest.subsegmentBytes && digests.member(bytes) === expected",
        replace: "bytes.length === manifest.subsegmentBytes",
      },
      {
        find: "  if (chain === manifest.imageDigest) return { ok: true };\n",
        replace: "  if (chain.length === manifest.imageDigest.length) return { ok: true };\n",
      },
    ],
  },
  {
    id: "zeroed-member-accepted",
    story: "A lost member is taken for zeros, as an implicit one would be.",
    source: "SeaweedFS 7832: decode accepted a zeroed shard",
    breaks: ["integrity", "decidability", "durability"],
    file: "src/core/protocol/restorer-fetch.ts",
    replacements: [
      {
        find: "  if (isGood) {\n    open.states",
        replace: "  if (isGood || message.bytes === undefined) {\n    open.states",
      },
      {
        find: "    open.members[message.member] = message.bytes;\n",
        replace:
          "    open.members[message.member] = message.bytes ?? new Uint8Array(fetching.manifest.subsegmentBytes);\n",
      },
    ],
  },
  {
    id: "odd-tail-lost",
    story: "Parts of odd length are laid a byte too close to each other: recovery succeeds with wrong bytes.",
    source: "FTI 202: odd sizes: recovery succeeds with wrong bytes",
    breaks: ["integrity", "continuation"],
    file: "src/core/protocol/restorer-fetch.ts",
    replacements: [
      { find: "    offset += part.length;\n", replace: "    offset += part.length - (part.length % 2);\n" },
    ],
  },
  {
    id: "odd-tail-not-coded",
    story: "Redundancy is made of whole words: the last bytes of a subsegment of odd length have none.",
    source: "FTI 202: odd sizes",
    breaks: ["redundancy-restored", "decidability", "durability"],
    file: "src/core/redundancy/xor.ts",
    replacements: [{ find: "  xorBytes(target, source, head + wordBytes, bytes);\n", replace: "" }],
  },
  {
    id: "two-members-on-one-server",
    story: "The rotation has the wrong modulus: two members of a group go to one server.",
    source: "placement: rotation wrong",
    breaks: ["placement", "redundancy-restored", "decidability", "bounded"],
    file: LAYOUT,
    replacements: [
      {
        find: "  return (startOfGroup(layout, group) + place) % layout.width;\n",
        replace: "  return (startOfGroup(layout, group) + place) % Math.max(1, layout.width - 1);\n",
      },
    ],
  },
  {
    id: "not-rotated",
    story: "Groups are not rotated: one server gets all the parity and no data.",
    source: "placement: group g starts at server g mod D",
    breaks: ["placement", "redundancy-restored", "durability", "output-commit"],
    file: LAYOUT,
    replacements: [{ find: "  return group % layout.width;\n", replace: "  return 0;\n" }],
  },
];
