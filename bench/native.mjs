/** The engine's ping beside the same ping as a plain C++ program (ping.cpp), when a compiler is there. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { median, processorNs } from "./measure.mjs";
import { pingWorld } from "./ping.mjs";

const { RandomRoot } = await import(new URL("../dist/sim/index.js", import.meta.url).href);

const HOST_COUNT = 256;
const EVENT_COUNT = 2_000_000;
const ROUND_COUNT = 5;
const COMPILERS = ["c++", "g++", "clang++"];

/** The words from which each host's latencies are drawn, as the engine derives them. @param {string} seed */
function inputOf(seed) {
  const random = new RandomRoot(seed);
  const lines = Array.from({ length: HOST_COUNT }, (_, host) => {
    /** @type {number[]} */ const words = [];
    random
      .stream("network-jitter", host)
      .addTo({ add: (/** @type {number} */ word) => words.push(word >>> 0) });
    return words.join(" ");
  });
  return `${HOST_COUNT} ${EVENT_COUNT}\n${lines.join("\n")}\n`;
}

export function native() {
  const compiler = COMPILERS.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (compiler === undefined) {
    console.log(`native   skipped: none of ${COMPILERS.join(", ")} is there`);
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), "ckptlab-bench-"));
  try {
    const program = path.join(folder, "ping");
    const source = fileURLToPath(new URL("ping.cpp", import.meta.url));
    const compiled = spawnSync(compiler, ["-O3", "-march=native", "-o", program, source], {
      encoding: "utf8",
    });
    if (compiled.status !== 0) throw new Error(compiled.stderr);
    const rounds = [];
    for (let round = -2; round < ROUND_COUNT; round += 1) {
      const seed = `native ${round}`;
      const [nativeNs = "", digest = ""] = spawnSync(program, { input: inputOf(seed), encoding: "utf8" })
        .stdout.trim()
        .split(" ");
      const world = pingWorld({ seed, hostCount: HOST_COUNT, eventCountMax: EVENT_COUNT });
      const engineNs = processorNs(() => world.run());
      if (world.digestText() !== digest)
        throw new Error(`the digests differ: ${world.digestText()} and ${digest}`);
      if (round >= 0) rounds.push(Number(nativeNs) / engineNs);
    }
    console.log(
      `native   the same ping in C++ (${compiler} -O3, equal digests): the engine has ${median(rounds).toFixed(2)} of its speed`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
