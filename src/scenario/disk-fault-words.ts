/** Faults of disks in words. */
import type { DiskFault } from "../sim/faults.ts";
import { diskFilesWord } from "./disk-files.ts";
import { milliseconds } from "./fault-time-words.ts";

function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}

function inFiles(filePrefix: string): string {
  return filePrefix === "" ? "" : ` of ${diskFilesWord(filePrefix)}`;
}

/** Goes on from the fault's moment. */
export function diskFaultWords(fault: DiskFault, name: string): string {
  const disk = `the disk of ${name}`;
  switch (fault.kind) {
    case "latent-error": {
      const sectors = counted(fault.sectorCount, "sector", "sectors");
      return `${sectors}${inFiles(fault.filePrefix)} on ${disk} cannot be read any more`;
    }
    case "read-error":
      return `${fault.ratePpm / 1e4} % of reads${inFiles(fault.filePrefix)} on ${disk} fail for ${milliseconds(fault.lastsNs)}`;
    case "torn-write":
      return `${disk} tears its next ${counted(fault.writeCount, "write", "writes")}${inFiles(fault.filePrefix)}`;
    case "lost-write":
      return `${disk} loses its next ${counted(fault.writeCount, "write", "writes")}${inFiles(fault.filePrefix)}`;
    case "misdirected-write":
      return `${disk} misdirects its next ${counted(fault.writeCount, "write", "writes")}${inFiles(fault.filePrefix)}`;
    case "failed-flush": {
      const cache = fault.cache === "dropped" ? "forgets what it had to store" : "keeps what it has to store";
      return `${disk} fails its next ${counted(fault.flushCount, "flush", "flushes")} and ${cache}`;
    }
    case "disk-full":
      return `${disk} is full but for ${fault.freeBytes} bytes for ${milliseconds(fault.lastsNs)}`;
    case "slow-disk":
      return `${disk} is ${fault.factor} times slower for ${milliseconds(fault.lastsNs)}`;
  }
}
