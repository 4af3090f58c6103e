/** The machine's own files, without waiting for the disk: what a test needs that looks at results and not at a power cut. */
import { type FileLayer, systemFiles } from "../../src/node/file-layer.ts";

export const unflushedFiles: FileLayer = {
  ...systemFiles,
  async create(path) {
    const handle = await systemFiles.create(path);
    return {
      write: (views) => handle.write(views),
      sync: async () => {},
      close: () => handle.close(),
    };
  },
  syncDirectory: async () => {},
};
