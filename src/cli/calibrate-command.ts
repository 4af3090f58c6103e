/**
 * `ckptlab calibrate`: measures this machine and writes a hardware profile that scenarios can name.
 *
 * Numbers are rounded to three digits: the rest is noise. The profile goes to stdout, or to a file with --out.
 */
import { cpus } from "node:os";
import { stringify } from "yaml";
import { type DiskRates, BLOCK_BYTES, measureDisk } from "../node/measure-disk.ts";
import { measureProcessor, type ProcessorRates } from "../node/measure-processor.ts";
import type { HardwareProfile } from "../scenario/hardware-profile.ts";
import { parseSize, writeDuration, writeRate } from "../scenario/quantity.ts";
import { VERSION } from "../verify/version.ts";
import { checkOutputPath, writeFileAtomically } from "./atomic-file.ts";
import { type CommandContext, reportInputError } from "./command-context.ts";
import { EXIT_OK } from "./exit-code.ts";
import { fileErrorWords } from "./input-error.ts";

export interface CalibrateCommandOptions {
  readonly dir: string;
  readonly out?: string;
  readonly name: string;
  readonly size: string;
  readonly seconds: number;
}

/** What a profile is and, for people, what was measured beyond it. */
interface CalibratedProfile extends HardwareProfile {
  readonly measured: Readonly<Record<string, string>>;
}

/** Stands for all schemes that were not measured. */
const COMMON_SCHEME = "parity:4+1";
const DIGIT_COUNT = 3;
/** Rates of the profile: the processor's are two for each scheme, digests, and memory. */
const RATE_COUNT = 15;

export async function calibrateCommand(
  context: CommandContext,
  options: CalibrateCommandOptions,
): Promise<number> {
  const size = parseSize(options.size);
  if (!size.ok) return reportInputError(context, { message: `--size: ${size.error.message}` });
  if (size.value < BLOCK_BYTES)
    return reportInputError(context, { message: "--size: must be at least 1MiB" });
  if (!NAME.test(options.name)) {
    return reportInputError(context, {
      message: '--name: must be a name of letters, digits, ".", "_" and "-"',
    });
  }
  if (options.out !== undefined) {
    const checked = await checkOutputPath(options.out, "--out");
    if (!checked.ok) return reportInputError(context, checked.error);
  }
  const { terminal } = context;
  let disk: DiskRates;
  try {
    terminal.progress(`measuring the disk under ${options.dir}`);
    const fileBytes = Math.floor(size.value / BLOCK_BYTES) * BLOCK_BYTES;
    disk = measureDisk({ directory: options.dir, fileBytes });
  } catch (error) {
    terminal.progress("");
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    return reportInputError(context, { message: `--dir ${options.dir}: cannot be measured: ${words}` });
  }
  const processor = await measureProcessor({
    secondsPerRate: options.seconds / RATE_COUNT,
    onRate: (name) => terminal.progress(`measuring ${name}`),
  });
  terminal.progress("");
  const profile = profileOf(options.name, disk, processor);
  const text = stringify(profile, { lineWidth: 0 });
  if (options.out !== undefined) {
    const written = await writeFileAtomically(options.out, text);
    if (!written.ok) return reportInputError(context, written.error);
  }
  if (context.isJson) terminal.out(JSON.stringify(profile, undefined, 2));
  else if (options.out === undefined) terminal.out(text.trimEnd());
  else if (!context.isQuiet) terminal.out(`hardware profile: ${options.out}; scenarios name it by its path`);
  return EXIT_OK;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Three digits, and at least 1. Decimal places are moved by exact powers of ten. */
function rounded(value: number): number {
  return Math.max(1, Number(value.toPrecision(DIGIT_COUNT)));
}

function rate(bytesPerSecond: number): string {
  return writeRate(Math.round(rounded(bytesPerSecond)));
}

/** The profile that these measurements give. */
function profileOf(name: string, disk: DiskRates, processor: ProcessorRates): CalibratedProfile {
  const [first] = cpus();
  const source = `measured by ckptlab ${VERSION} calibrate on ${first?.model.trim() ?? "an unknown processor"}, Node ${process.versions.node}`;
  const common = processor.schemes.find(({ scheme }) => scheme === COMMON_SCHEME) ?? processor.schemes[0];
  if (common === undefined) throw new Error("no scheme was measured");
  return {
    profile: name,
    title: `Measured on ${first?.model.trim() ?? "this machine"}`,
    disk: {
      latency: writeDuration(Math.round(rounded(disk.writeLatencyNs))),
      bandwidth: rate(disk.writeBytesPerSecond),
      flush: writeDuration(Math.round(rounded(disk.flushNs))),
    },
    processor: {
      encode: rate(common.encodeBytesPerSecond),
      decode: rate(common.decodeBytesPerSecond),
      digest: rate(processor.memberDigestBytesPerSecond),
      schemes: Object.fromEntries(
        processor.schemes.map(({ scheme, encodeBytesPerSecond, decodeBytesPerSecond }) => [
          scheme,
          { encode: rate(encodeBytesPerSecond), decode: rate(decodeBytesPerSecond) },
        ]),
      ),
    },
    sources: {
      "disk.latency": `${source}: median write of 4 KiB into the system's cache`,
      "disk.bandwidth": `${source}: sequential writing with a flush at the end`,
      "disk.flush": `${source}: median flush after a write of 4 KiB`,
      "processor.encode": `${source}: ${common.scheme}, subsegments of 64 KiB`,
      "processor.decode": `${source}: ${common.scheme} with as many lost as it survives`,
      "processor.digest": `${source}: XXH64 over 64 KiB`,
      "processor.schemes": `${source}: subsegments of 64 KiB, decoding with as many lost as the scheme survives`,
    },
    measured: {
      manifestDigest: `${rate(processor.manifestDigestBytesPerSecond)} (SHA-256)`,
      memoryCopy: rate(processor.copyBytesPerSecond),
      diskRead: `${rate(disk.cachedReadBytesPerSecond)} (from the system's cache, most likely)`,
    },
  };
}
