/** Bugs about failure domains: racks that are to be kept apart, and are not. */
import type { PlantedBug } from "../planted-bug.ts";

export const DOMAIN_BUGS: readonly PlantedBug[] = [
  {
    id: "domains-ignored",
    story:
      "Every server counts as a failure domain of its own: a rack gets as many members of a group as it has servers.",
    source: "placement: across failure domains",
    breaks: ["placement", "durability", "decidability"],
    file: "src/core/protocol/attempt-placement.ts",
    replacements: [
      {
        find: '    domains: candidates.map((slot) => slotDomains[slot] ?? ""),\n',
        replace: '    domains: candidates.map((slot) => `${slotDomains[slot] ?? ""} ${slot}`),\n',
      },
    ],
  },
  {
    id: "one-more-in-a-domain",
    story: "A failure domain may hold one member of a group more than the scheme survives the loss of.",
    source: "placement: across failure domains",
    breaks: ["placement", "durability", "decidability"],
    file: "src/core/protocol/attempt-placement.ts",
    replacements: [
      {
        find: "  return Math.max(1, scheme.tolerance);\n",
        replace: "  return scheme.tolerance + 1;\n",
      },
    ],
  },
  {
    id: "racks-of-other-servers",
    story:
      "Racks are read by a server's place among those believed alive, not by its slot: once one is missing, others stand in the wrong racks.",
    source: "placement: across failure domains",
    breaks: ["placement", "durability", "decidability"],
    file: "src/core/protocol/attempt-placement.ts",
    replacements: [
      {
        find: '    domains: candidates.map((slot) => slotDomains[slot] ?? ""),\n',
        replace: '    domains: candidates.map((_, place) => slotDomains[place] ?? ""),\n',
      },
    ],
  },
  {
    id: "racks-forgotten-in-need",
    story:
      "When the racks that are left cannot be kept apart, the checkpoint is placed on what servers there are instead of failing.",
    source: "placement: across failure domains, after a loss",
    breaks: ["placement", "durability", "decidability"],
    file: "src/core/protocol/attempt-placement.ts",
    replacements: [
      {
        find: '    return { ok: false, reason: "domains-not-placeable", code, message };\n',
        replace: "    return { ok: true, slots: candidates.slice(0, width), declusteredOver: undefined };\n",
      },
    ],
  },
  {
    id: "rack-after-rack",
    story:
      "A rotated placement takes the right servers, rack after rack: groups on neighbours have several members in one rack.",
    source: "placement: the circle in which no rack comes again too soon",
    breaks: ["placement", "durability", "decidability"],
    file: "src/core/redundancy/placement.ts",
    replacements: [
      {
        find: "order: circleOf(parts, width, rowCount, perDomain)",
        replace: "order: parts.flatMap(({ servers }) => servers)",
      },
    ],
  },
  {
    id: "declustered-without-racks",
    story: "The declustered choice spreads pairs of servers evenly and does not look at racks.",
    source: "placement: declustered over failure domains",
    breaks: ["placement", "durability", "decidability"],
    file: "src/core/redundancy/block-design.ts",
    replacements: [
      {
        find: "(inDomain[place % domainCount] as number) >= perDomain || chosen.includes(place)",
        replace: "chosen.includes(place)",
      },
    ],
  },
];
