/**
 * The command line: commands, options and their help.
 *
 * Commands return an exit code; this file knows nothing of what they do.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "./command-context.ts";
import { compareCommand, type CompareCommandOptions } from "./compare-command.ts";
import { EXIT_BAD_INPUT, EXIT_OK } from "./exit-code.ts";
import { protectCommand, type ProtectCommandOptions } from "./protect-command.ts";
import { reassembleCommand, type ReassembleCommandOptions } from "./reassemble-command.ts";
import { runCommand, type RunCommandOptions } from "./run-command.ts";
import { schemaCommand } from "./schema-command.ts";
import { createTerminal, type Terminal, type TerminalStreams } from "./terminal.ts";
import { VERSION } from "../verify/version.ts";

interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXIT_CODE_HELP = `
Exit codes: 0 all promises held, 1 a promise was broken or data is lost, 2 undecided,
3 a threshold was missed, 64 bad usage or input, 70 internal error.`;

/** Commander's parsers report by an exception of its own. */
function countOf(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number, at least ${least}.`);
  };
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
    return error.exitCode === 0 ? EXIT_OK : EXIT_BAD_INPUT;
  }
  return exitCode;
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
  addProtect(program, carry);
  addReassemble(program, carry);
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
    .option("--without-faults", "leave out the scenario's faults and lost messages");
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
    .option("--seeds <count>", "runs of each row; the scenario's own when left out", countOf(1));
  common(seeded(command)).action((file: string, options: CompareCommandOptions & CommonOptions) =>
    carry(options, (context) => compareCommand(context, file, options)),
  );
}

function addProtect(program: Command, carry: Carry): void {
  const command = program
    .command("protect")
    .description("store real files on directories, each of which is a backup server")
    .argument("<files...>", "files to protect")
    .requiredOption("--scheme <scheme>", "mirror:c, stripe:k or parity:k+1")
    .requiredOption("--servers <directories...>", "one directory for each server")
    .option("--subsegment <size>", "length of a subsegment, such as 1MiB; chosen when left out")
    .option("--width <servers>", "how many of the servers hold members; all when left out", countOf(1));
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
    .option("--repair", "also rebuild what the servers have lost");
  common(command).action((options: ReassembleCommandOptions & CommonOptions) =>
    carry(options, (context) => reassembleCommand(context, options)),
  );
}
