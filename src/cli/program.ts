/**
 * The command line: commands, options and their help.
 *
 * Commands return an exit code; this file knows nothing of what they do.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { SCHEME_FORMS } from "../core/redundancy/scheme.ts";
import { type CommandContext, inputErrorJson, reportInputError } from "./command-context.ts";
import { calibrateCommand, type CalibrateCommandOptions } from "./calibrate-command.ts";
import { compareCommand, type CompareCommandOptions } from "./compare-command.ts";
import { EXIT_BAD_INPUT, EXIT_OK } from "./exit-code.ts";
import { explainCommand, type ExplainCommandOptions } from "./explain-command.ts";
import { mergeCommand } from "./merge-command.ts";
import { killersCommand } from "./killers-command.ts";
import { protectCommand, type ProtectCommandOptions } from "./protect-command.ts";
import { reassembleCommand, type ReassembleCommandOptions } from "./reassemble-command.ts";
import { replayCommand } from "./replay-command.ts";
import { runCommand, type RunCommandOptions } from "./run-command.ts";
import { schemaCommand } from "./schema-command.ts";
import { shrinkCommand, type ShrinkCommandOptions } from "./shrink-command.ts";
import { createTerminal, type Terminal, type TerminalStreams } from "./terminal.ts";
import type { ReportOptions } from "./verify-report.ts";
import { verifyCommand, type VerifyCommandOptions } from "./verify-command.ts";
import { KILLER_SIZE_MAX } from "../verify/killers/killers.ts";
import type { Shard } from "../verify/verify-result.ts";
import { PART_IDS, PROFILES } from "../verify/verify-task.ts";
import { SHRINK_RUN_COUNT_MAX } from "../verify/shrink/shrink.ts";
import { VERSION } from "../verify/version.ts";

interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXIT_CODE_HELP = `
Exit codes: 0 all promises held, 1 a promise was broken or data is lost, 2 undecided,
3 a threshold was missed, 64 bad usage or input, 70 internal error.`;

const PROTECT_HELP = `
The directories of a protection belong together. To protect a newer version of the same files, name all of
these directories again, with an empty one in place of a lost one; the older version is then retired.
Other files are refused there unless --replace is given, since the earlier ones would be lost. A file is
the same when its path below the directory that all the files share is the same.`;

/** Commander's parsers report by an exception of its own. */
function countOf(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number, at least ${least}.`);
  };
}

function shardOf(text: string): Shard {
  const [, number, count] = (/^([0-9]{1,6})\/([0-9]{1,6})$/.exec(text) ?? []).map(Number);
  if (number !== undefined && count !== undefined && number >= 1 && number <= count) return { number, count };
  throw new InvalidArgumentError("It must be like 2/4: the second of four.");
}

function seedOf(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("It must not be empty.");
}

/** Parses `argv` (without node and script), carries out the command, and gives the exit code. */
export async function runProgram(argv: readonly string[], streams: TerminalStreams): Promise<number> {
  let exitCode = EXIT_OK;
  const terminal = createTerminal(streams);
  const contextOf = (options: CommonOptions): CommandContext => ({
    terminal: options.quiet === true ? { ...terminal, progress: () => undefined } : terminal,
    environment: streams.environment,
    isJson: options.json === true,
    isQuiet: options.quiet === true,
  });
  const program = buildProgram(terminal, async (options, work) => {
    exitCode = await work(contextOf(options));
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its words; help and version are no mistakes, unless nothing was asked for.
    if (error.exitCode === 0) return EXIT_OK;
    // The command line could not be read, so nobody knows whether this word was meant as the option; most likely it was.
    if (argv.includes("--json")) terminal.out(inputErrorJson("bad-usage", usageMessage(error)));
    return EXIT_BAD_INPUT;
  }
  return exitCode;
}

/** Commander's own words, without its "error: "; asked for nothing, it only shows the help. */
function usageMessage({ code, message }: CommanderError): string {
  return code === "commander.help" ? "no command was given" : message.replace(/^error: /, "");
}

type Carry = (
  options: CommonOptions,
  work: (context: CommandContext) => Promise<number> | number,
) => Promise<void>;

function buildProgram(terminal: Terminal, carry: Carry): Command {
  const program = new Command("ckptlab")
    .description("A simulation and verification test bed for fault-tolerant checkpoint distribution.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.replace(/\n$/, "")),
      writeErr: (text) => terminal.err(text.replace(/\n$/, "")),
    })
    .showHelpAfterError("(add --help for what is possible)")
    .showSuggestionAfterError()
    .addHelpText("after", EXIT_CODE_HELP);
  addRun(program, carry);
  addCompare(program, carry);
  addVerify(program, carry);
  addMerge(program, carry);
  addExplain(program, carry);
  addReplay(program, carry);
  addShrink(program, carry);
  addProtect(program, carry);
  addReassemble(program, carry);
  addCalibrate(program, carry);
  common(
    program.command("schema").description("print the JSON Schema of scenario files, for editors"),
  ).action((options: CommonOptions) => carry(options, schemaCommand));
  return program;
}

function common(command: Command): Command {
  return command
    .option("--json", "machine-readable result on stdout, everything else on stderr")
    .option("--quiet", "the verdict only, and no progress");
}

function seeded(command: Command): Command {
  return command.option(
    "--seed <text>",
    "seed of all random choices; the scenario's own when left out",
    seedOf,
  );
}

function placementOption(description: string): Option {
  return new Option("--placement <kind>", description).choices(["rotated", "declustered"]);
}

function addRun(program: Command, carry: Carry): void {
  const command = program
    .command("run")
    .description("one run of a scenario; prints verdict, promises and costs")
    .argument("<scenario>", "scenario file (YAML)")
    .option("--scheme <scheme>", "another scheme, such as mirror:2, stripe:4 or parity:3+1")
    .addOption(
      new Option("--former <place>", "another place of the former").choices([
        "production",
        "backup",
        "dedicated",
      ]),
    )
    .option("--width <servers>", "another placement width", countOf(1))
    .addOption(placementOption("another placement: rotated, or declustered over all servers of the width"))
    .option("--without-faults", "leave out the scenario's faults and lost messages")
    .option(
      "--trace <file>",
      "write everything that happened: JSON lines to a .jsonl file, or a .json file for ui.perfetto.dev",
    );
  common(seeded(command)).action((file: string, options: RunCommandOptions & CommonOptions) =>
    carry(options, (context) => runCommand(context, file, options)),
  );
}

function addCompare(program: Command, carry: Carry): void {
  const command = program
    .command("compare")
    .description("several schemes side by side over seeds; a table, and a page with --report")
    .argument("<scenario>", "scenario file (YAML) with a compare section")
    .option("--report <file>", "write a self-contained HTML page")
    .option("--seeds <count>", "runs of each row; the scenario's own when left out", countOf(1))
    .option("--all", "print every place of the former and width, not the first at its own width only");
  common(seeded(command)).action((file: string, options: CompareCommandOptions & CommonOptions) =>
    carry(options, (context) => compareCommand(context, file, options)),
  );
}

/** What says how the proof is made and where its result goes: silently left out, it would be missed. */
const NOT_WITH_KILLERS = [
  "profile",
  "only",
  "plan",
  "workers",
  "resume",
  "shard",
  "minutes",
  "junit",
  "summary",
  "github",
  "out",
];

interface KillersOptions {
  readonly killers?: boolean;
  readonly size?: string;
}

function addVerify(program: Command, carry: Carry): void {
  const command = program
    .command("verify")
    .description("the proof: every crash point times every loss, and every order of messages within bounds")
    .addOption(
      new Option("--profile <profile>", "how much is executed; exhaustive takes everything")
        .choices(PROFILES)
        .default("commit"),
    )
    .addOption(new Option("--only <part>", "one part alone").choices(PART_IDS))
    .addOption(
      new Option(
        "--killers",
        "instead: the smallest fatal combinations of faults for each scheme, side by side",
      ).conflicts(NOT_WITH_KILLERS),
    )
    .addOption(
      new Option(
        "--size <faults>",
        `with --killers: combinations of at most so many faults; ${KILLER_SIZE_MAX} when left out`,
      ).choices(["1", "2", "3"]),
    )
    .option("--plan", "say how many cases there are, and run nothing")
    .option("--workers <count>", "worker threads; as many as processors when left out", countOf(1))
    .option("--resume <file>", "keep finished pieces in this file, and go on from those that are in it")
    .option(
      "--shard <i/n>",
      "take the i-th of n equal parts; ckptlab merge puts their --resume files together",
      shardOf,
    )
    .option("--minutes <count>", "begin no further piece after so many minutes", countOf(1));
  common(reported(command)).action((options: VerifyCommandOptions & KillersOptions & CommonOptions) =>
    carry(options, async (context) => {
      if (options.killers === true) return killersCommand(context, Number(options.size ?? KILLER_SIZE_MAX));
      if (options.size === undefined) return verifyCommand(context, options);
      return reportInputError(context, { message: "--size goes with --killers" });
    }),
  );
}

function addMerge(program: Command, carry: Carry): void {
  const command = program
    .command("merge")
    .description("one result from the --resume files of all shards of ckptlab verify")
    .argument("<files...>", "the file of each shard, in any order");
  common(reported(command)).action((files: string[], options: ReportOptions & CommonOptions) =>
    carry(options, (context) => mergeCommand(context, files, options)),
  );
}

/** The forms in which a verification is told. */
function reported(command: Command): Command {
  return command
    .option("--junit <file>", "also write JUnit XML")
    .option(
      "--summary <file>",
      "also write a Markdown page; in a GitHub job it goes to the job's page by itself",
    )
    .option("--github", "say what broke as annotations of GitHub too; by itself in a GitHub job")
    .option("--out <directory>", "where counterexamples go; counterexamples when left out");
}

function addExplain(program: Command, carry: Carry): void {
  const command = program
    .command("explain")
    .description(
      "what a promise means, or what happened in a run, in words; the promises without an argument",
    )
    .argument("[subject]", "id of a promise, or a scenario or counterexample file")
    .option("--all", "every entry of the story, not only a screenful");
  common(seeded(command)).action(
    (subject: string | undefined, options: ExplainCommandOptions & CommonOptions) =>
      carry(options, (context) => explainCommand(context, subject, options)),
  );
}

function addReplay(program: Command, carry: Carry): void {
  const command = program
    .command("replay")
    .description("run a counterexample again: is it the same run, and does its promise break again?")
    .argument("<file>", "counterexample file, as verify and run write it");
  common(command).action((file: string, options: CommonOptions) =>
    carry(options, (context) => replayCommand(context, file)),
  );
}

function addShrink(program: Command, carry: Carry): void {
  const command = program
    .command("shrink")
    .description("a smaller run that breaks the same promise, from which no single piece can be taken away")
    .argument("<file>", "counterexample or scenario file")
    .option("--any", "any broken promise will do, not the one of the file only")
    .option("--runs <count>", `at most so many runs; ${SHRINK_RUN_COUNT_MAX} when left out`, countOf(1))
    .option("--out <directory>", "where the smaller one goes; counterexamples when left out");
  common(seeded(command)).action((file: string, options: ShrinkCommandOptions & CommonOptions) =>
    carry(options, (context) => shrinkCommand(context, file, options)),
  );
}

function addProtect(program: Command, carry: Carry): void {
  const command = program
    .command("protect")
    .description("store real files on directories, each of which is a backup server")
    .argument("<files...>", "files to protect")
    .requiredOption("--scheme <scheme>", SCHEME_FORMS)
    .requiredOption("--servers <directories...>", "one directory for each server")
    .option("--subsegment <size>", "length of a subsegment, such as 1MiB; chosen when left out")
    .option("--width <servers>", "how many of the servers hold members; all when left out", countOf(1))
    .addOption(
      placementOption("declustered: a lost server is rebuilt from all others alike; rotated when left out"),
    )
    .option("--racks <names>", "the rack of each server, as a,a,b,b: spread so that a whole rack may be lost")
    .option("--replace", "let go of files that these servers protect now and that are not named again")
    .addHelpText("after", PROTECT_HELP);
  common(command).action((files: string[], options: ProtectCommandOptions & CommonOptions) =>
    carry(options, (context) => protectCommand(context, files, options)),
  );
}

function addReassemble(program: Command, carry: Carry): void {
  const command = program
    .command("reassemble")
    .description("get protected files back from the directories that are left")
    .requiredOption("--servers <directories...>", "the directories, in any order")
    .requiredOption("--out <path>", 'where the files go; "-" writes a single file to stdout')
    .option("--repair", "also rebuild what the servers have lost; a directory that is gone is made again")
    .option("--force", "replace what an earlier reassembly left at --out");
  common(command).action((options: ReassembleCommandOptions & CommonOptions) =>
    carry(options, (context) => reassembleCommand(context, options)),
  );
}

function addCalibrate(program: Command, carry: Carry): void {
  const command = program
    .command("calibrate")
    .description("measure this machine's disk and processor into a hardware profile for scenarios")
    .option("--dir <directory>", "directory on the disk to measure", ".")
    .option("--out <file>", "write the profile there; stdout when left out")
    .option("--name <name>", "name of the profile", "this-machine")
    .option("--size <bytes>", "how much is written to the disk, such as 256MiB", "256MiB")
    .option("--seconds <count>", "how long the processor is measured, about", countOf(1), 5);
  common(command).action((options: CalibrateCommandOptions & CommonOptions) =>
    carry(options, (context) => calibrateCommand(context, options)),
  );
}
