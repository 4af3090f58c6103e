/** Verification results written by hand, for the tests of what is printed and written of them. */
import type { VerifyCell, VerifyPart, VerifyResult } from "../../src/verify/verify-result.ts";

function cell(scheme: string, width: number, executed: number, brokenCount: number = 0): VerifyCell {
  return {
    scheme,
    width,
    executed,
    distinct: Math.max(0, executed - 1),
    duplicate: executed === 0 ? 0 : 7,
    skipped: 5,
    restored: Math.max(0, executed - 10),
    refused: executed === 0 ? 0 : 4,
    waiting: executed === 0 ? 0 : 3,
    unneeded: executed === 0 ? 0 : 3,
    brokenCount,
  };
}

function crashPoints(brokenCount: number): VerifyPart {
  return {
    id: "crash-points",
    title: "Every crash point times every loss",
    verdict: brokenCount > 0 ? "broken" : "held",
    counts: { executed: 1300, distinct: 1298, duplicate: 14, skipped: 15 },
    cells: [cell("mirror:2", 2, 1000, brokenCount), cell("parity:2+1", 3, 300), cell("parity:2+1", 4, 0)],
    states: [],
    reach: {
      steps: { taking: { "message-delivered": 1200, "write-issued": 700 }, repairing: { "flush-issued": 6 } },
      tears: { "lost-only": 1000, "several-torn": 300 },
    },
    checkedCounts: { integrity: 900, durability: 1300 },
    violations:
      brokenCount === 0
        ? []
        : [
            {
              where: "mirror:2 on 2 servers",
              promise: "durability",
              message: 'lost "a" & <b>',
              file: "counterexamples/one.yaml",
              command: "ckptlab replay counterexamples/one.yaml",
            },
          ],
    wallSeconds: 12.3,
  };
}

function interleavings(isBroken: boolean): VerifyPart {
  return {
    id: "interleavings",
    title: "Message and timer orders",
    verdict: isBroken ? "broken" : "held",
    counts: { executed: 5000, distinct: 4000, duplicate: 1000, skipped: 0 },
    cells: [],
    states: [
      {
        name: "two-racing-restorers",
        bounds: "2 restorers, 1 loss",
        visited: 4000,
        transitions: 5000,
        deepestLevel: 31,
        exhausted: true,
      },
    ],
    reach: undefined,
    checkedCounts: { fencing: 77 },
    violations: isBroken
      ? [
          {
            where: "two-racing-restorers",
            promise: "fencing",
            message: "two incarnations",
            file: "counterexamples/two.yaml",
            command: "ckptlab replay counterexamples/two.yaml",
          },
          {
            where: "elsewhere",
            promise: "integrity",
            message: "altered bytes",
            file: "counterexamples/three.yaml",
            command: "ckptlab replay counterexamples/three.yaml",
          },
        ]
      : [],
    wallSeconds: 4,
  };
}

export function heldVerification(): VerifyResult {
  return {
    version: "0.1.0",
    profile: "commit",
    shard: undefined,
    verdict: "held",
    parts: [crashPoints(0), interleavings(false)],
    idlePromises: [],
    pieceCount: 40,
    leftPieceCount: 0,
    wallSeconds: 16.3,
    workSeconds: 31.9,
    command: "ckptlab verify",
  };
}

/** A cell with broken cases, a configuration and an unknown place with a violation, two idle promises. */
export function brokenVerification(): VerifyResult {
  return {
    ...heldVerification(),
    verdict: "broken",
    parts: [crashPoints(2), interleavings(true)],
    idlePromises: ["accounting", "bounded"],
  };
}
