/**
 * The two streams of the process: results on stdout, everything else on stderr.
 *
 * Invariant: colours and progress appear only on a terminal, and colours not where NO_COLOR is set. A reader that closes
 * the pipe early ends the output, not the command: its exit code still tells the verdict.
 */

export interface Terminal {
  /** Writes one line, or several, to stdout. */
  out(text: string): void;
  /** The same on stderr. */
  err(text: string): void;
  /** Draws over the current line of stderr; nothing where stderr is no terminal. "" clears it. */
  progress(text: string): void;
  readonly paint: Paint;
}

/** Colours for stdout; each gives its text back unchanged where there are none. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

const ESCAPE = "\u001b[";

function paintOf(hasColours: boolean): Paint {
  const style =
    (code: string) =>
    (text: string): string =>
      hasColours ? `${ESCAPE}${code}m${text}${ESCAPE}0m` : text;
  return { good: style("32"), bad: style("1;31"), dim: style("2"), strong: style("1") };
}

interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

export interface TerminalStreams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Marks streams whose reader has gone. */
function guard(stream: OutputStream): (text: string) => void {
  let isOpen = true;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    isOpen = false;
  });
  return (text) => {
    if (isOpen) stream.write(text);
  };
}

export function createTerminal(streams: TerminalStreams): Terminal {
  const { stdout, stderr, environment } = streams;
  const writeOut = guard(stdout);
  const writeErr = guard(stderr);
  // The convention of no-color.org: present and not empty.
  const isColourless = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  const hasProgress = stderr.isTTY === true;
  let isLineDrawn = false;
  const clear = (): void => {
    if (isLineDrawn) writeErr(`\r${ESCAPE}K`);
    isLineDrawn = false;
  };
  return {
    out: (text) => {
      clear();
      writeOut(`${text}\n`);
    },
    err: (text) => {
      clear();
      writeErr(`${text}\n`);
    },
    progress: (text) => {
      if (!hasProgress) return;
      clear();
      if (text === "") return;
      writeErr(text);
      isLineDrawn = true;
    },
    paint: paintOf(stdout.isTTY === true && !isColourless),
  };
}
