/**
 * The words that faults use for servers whose name depends on the run.
 *
 * "production" is the server that the scenario configures as such, also after another one has taken over; "former" is
 * the server that the former runs on, whichever place it has; "any-backup" is one that the seed draws, the same one
 * everywhere within one fault; "all-backups", in lists, is every backup server.
 */

export const ANY_BACKUP = "any-backup";
export const ALL_BACKUPS = "all-backups";
export const FORMER_WORD = "former";
export const PRODUCTION_WORD = "production";

export const ROLE_WORDS: readonly string[] = [ANY_BACKUP, ALL_BACKUPS, FORMER_WORD, PRODUCTION_WORD];
