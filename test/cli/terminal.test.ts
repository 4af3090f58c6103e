import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { progressBar } from "../../src/cli/progress-line.ts";
import { shellCommand } from "../../src/cli/shell-words.ts";
import { createTerminal, type Terminal } from "../../src/cli/terminal.ts";
import { textTable } from "../../src/cli/text-table.ts";

interface Screen {
  readonly terminal: Terminal;
  stdout(): string;
  stderr(): string;
}

function screenOf(isTty: boolean, environment: Record<string, string> = {}): Screen {
  const stdout = Object.assign(new PassThrough(), { isTTY: isTty });
  const stderr = Object.assign(new PassThrough(), { isTTY: isTty });
  const textOf = (stream: PassThrough): string => String((stream.read() as Buffer | null) ?? "");
  return {
    terminal: createTerminal({ stdout, stderr, environment }),
    stdout: () => textOf(stdout),
    stderr: () => textOf(stderr),
  };
}

describe("a terminal", () => {
  it("has colours and progress, and clears the progress before a line", () => {
    const { terminal, stdout, stderr } = screenOf(true);
    terminal.progress("1 of 2");
    terminal.out(terminal.paint.good("done"));
    expect(stdout()).toBe("\u001b[32mdone\u001b[0m\n");
    expect(stderr()).toBe("1 of 2\r\u001b[K");
  });

  it.each([
    ["a pipe", false, {}],
    ["NO_COLOR", true, { NO_COLOR: "1" }],
    ["a terminal without abilities", true, { TERM: "dumb" }],
  ])("%s has no colours", (_what, isTty, environment) => {
    const { terminal } = screenOf(isTty, environment);
    expect(terminal.paint.bad("x")).toBe("x");
  });

  it("an empty NO_COLOR asks for nothing", () => {
    expect(screenOf(true, { NO_COLOR: "" }).terminal.paint.strong("x")).not.toBe("x");
  });

  it("a pipe has no progress", () => {
    const { terminal, stderr } = screenOf(false);
    terminal.progress("1 of 2");
    expect(stderr()).toBe("");
  });
});

describe("text for people", () => {
  it("a table lines up its columns, coloured cells too, and leaves no spaces at the ends of lines", () => {
    const columns = [
      { header: "name", align: "left" as const },
      { header: "count", align: "right" as const },
      { header: "words", align: "left" as const },
    ];
    const rows = [
      [{ text: "a" }, { text: "1" }, { text: "" }],
      [{ text: "longer", paint: (text: string) => `<${text}>` }, { text: "12345678" }, { text: "b" }],
    ];
    expect(textTable(columns, rows)).toBe(
      ["name       count  words", "a              1", "<longer>  12345678  b"].join("\n"),
    );
  });

  it("a progress bar is full only when all is done", () => {
    expect(progressBar(0, 9)).toBe(`[${".".repeat(24)}]`);
    expect(progressBar(999, 1000)).toContain(".");
    expect(progressBar(9, 9)).toBe(`[${"#".repeat(24)}]`);
    expect(progressBar(0, 0)).toBe(`[${"#".repeat(24)}]`);
  });

  it("a command can be pasted into a shell", () => {
    expect(shellCommand(["run", "a b.yaml", "it's", "parity:2+1", ""])).toBe(
      "run 'a b.yaml' 'it'\\''s' parity:2+1 ''",
    );
  });
});
