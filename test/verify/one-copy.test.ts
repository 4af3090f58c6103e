import { describe, expect, it } from "vitest";
import { keyText } from "../../src/core/checkpoint/key.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { prepareEngines, prepareRun } from "../../src/verify/run.ts";

const IMAGE_BYTES = 262_144;
const COPY_COUNT = 3;

describe("a checkpoint that is mirrored three times", () => {
  it("is held once: every server's members are views of one buffer", async () => {
    const loaded = loadScenario(
      JSON.stringify({
        name: "mirrored",
        servers: { backups: ["a", "b", "c"] },
        scheme: "mirror:3",
        subsegment: "16KiB",
        workload: { kind: "synthetic", image: `${IMAGE_BYTES}` },
        duration: "200ms",
      }),
      "mirrored",
    );
    if (!loaded.ok) throw new Error(loaded.error.message);
    /** By checkpoint: its members' buffers, and the bytes that its servers were given. */
    const checkpoints = new Map<string, { buffers: Set<ArrayBufferLike>; memberBytes: number }>();
    const { world } = prepareRun(loaded.scenario, await prepareEngines(loaded.scenario), {
      plant: (_, program) => ({
        ...program,
        message: (state, env, from, message) => {
          if (message.type === "piece") {
            const key = keyText(message.key);
            const checkpoint = checkpoints.get(key) ?? { buffers: new Set(), memberBytes: 0 };
            checkpoints.set(key, checkpoint);
            checkpoint.buffers.add(message.bytes.buffer);
            checkpoint.memberBytes += message.bytes.length;
          }
          program.message(state, env, from, message);
        },
      }),
    });
    world.run();
    expect(checkpoints.size).toBeGreaterThan(0);
    for (const { buffers, memberBytes } of checkpoints.values()) {
      expect(memberBytes).toBe(COPY_COUNT * IMAGE_BYTES);
      expect([...buffers].map(({ byteLength }) => byteLength)).toEqual([IMAGE_BYTES]);
    }
  });
});
