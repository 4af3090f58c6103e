/**
 * Names inside a server's directory:
 *
 *   ckptlab-server.json                 the server record
 *   ckptlab.lock                        held while protect or a repair runs
 *   checkpoints/KEY/manifest            the manifest
 *   checkpoints/KEY/members.bin         the members of this server's position, in order of groups, back to back
 *   .incoming-…                         not published yet; left over when a run was killed
 *   .retired-…                          being removed
 */

import path from "node:path";

export const RECORD_FILE = "ckptlab-server.json";
export const LOCK_FILE = "ckptlab.lock";
export const CHECKPOINTS_DIRECTORY = "checkpoints";
export const MANIFEST_FILE = "manifest";
export const MEMBERS_FILE = "members.bin";
export const INCOMING_PREFIX = ".incoming-";
export const RETIRED_PREFIX = ".retired-";

export function checkpointsPath(directory: string): string {
  return path.join(directory, CHECKPOINTS_DIRECTORY);
}

export function checkpointPath(directory: string, key: string): string {
  return path.join(directory, CHECKPOINTS_DIRECTORY, key);
}

export function incomingPath(directory: string, key: string): string {
  return path.join(directory, `${INCOMING_PREFIX}${key}`);
}
