/**
 * Every default of a scenario, in the words of the YAML form, with the reason for it.
 *
 * The whole stands for a small cluster of ordinary servers in one room, so that a scenario that says nothing about its
 * hardware still gives figures of a believable size.
 */

/** 10-gigabit Ethernet through one or two switches; the jitter is what a lightly loaded switch adds. */
export const NETWORK_DEFAULTS = {
  latency: "50us",
  jitter: "20us",
  bandwidth: "10Gb/s",
  lossPpm: 0,
} as const;

/**
 * A data-centre NVMe drive: 80 us an access, 1 GB/s of sustained writes, half a millisecond to flush its cache. A crash
 * keeps whole writes by chance: what a file system with a journal leaves that writes new files in place of old ones.
 */
export const DISK_DEFAULTS = {
  latency: "80us",
  bandwidth: "1GB/s",
  flush: "500us",
  crashKeeps: "random",
} as const;

/** One core: XOR and copying are bound by memory at about 5 GB/s, XXH64 and its loop by about 4 GB/s. */
export const PROCESSOR_DEFAULTS = {
  encode: "5GB/s",
  decode: "5GB/s",
  digest: "4GB/s",
} as const;

/**
 * Takeover waits for six heartbeats, so that one or two lost ones start nothing; the stagger is longer than a restorer
 * needs to collect its promises, so that two seldom race. A retry is far above a round trip with a flush (about 1 ms),
 * and three of them without progress mean that a server is silent. Scrub and refresh are short, so that a run of a few
 * seconds sees them happen; a real cluster would take hours.
 */
export const TIMES_DEFAULTS = {
  heartbeat: "10ms",
  takeover: "60ms",
  stagger: "30ms",
  retry: "20ms",
  silentTicksMax: 3,
  scrub: "200ms",
  refresh: "150ms",
} as const;

/** Large enough to amortise a message, small enough that a 4 MiB image has many groups to place in turn. */
export const SUBSEGMENT_DEFAULT = "64KiB";

/** The newest durable checkpoint and the one before it. */
export const RETENTION_DEFAULT = 2;

/** Groups on their way at once: keeps every link busy, and bounds the memory of a former. */
export const WINDOW_DEFAULT = 4;

/** Attempts of one checkpoint: each may meet one more silent server. */
export const ATTEMPTS_DEFAULT = 4;

/** Long enough for several checkpoints, a takeover and a repair. */
export const DURATION_DEFAULT = "2s";

export const SEED_DEFAULT = "1";

export const PRODUCTION_NAME_DEFAULT = "production";
export const DEDICATED_FORMER_NAME_DEFAULT = "former";

/** Small enough to start at once, with enough accounts and clients that transfers overlap. */
export const LEDGER_DEFAULTS = {
  accounts: 100,
  image: "64KiB",
  clients: 4,
  transferEvery: "5ms",
  transfers: 200,
  checkpointEvery: "50ms",
} as const;

export const FILES_DEFAULTS = { checkpointEvery: "100ms" } as const;

export const SYNTHETIC_DEFAULTS = { image: "1MiB", contentSeed: 1, checkpointEvery: "50ms" } as const;

/** Runs of each row of a comparison: enough for a median, few enough for a coffee. */
export const COMPARE_SEEDS_DEFAULT = 10;
