/**
 * What ledger clients and the ledger say to each other.
 *
 * Invariant: a transfer keeps its id over every retry, so that the ledger can tell a retry from a new transfer.
 */

/** Money from one account to another, as a client asks for it. */
export interface Transfer {
  /** Unique over all clients of a run: "client-number". */
  readonly id: string;
  readonly fromAccount: number;
  readonly toAccount: number;
  /** Whole units of money, above 0. */
  readonly amount: number;
}

export interface TransferRequest {
  readonly kind: "transfer-request";
  readonly transfer: Transfer;
}

/**
 * "I have it": a sign of life that says nothing of the ledger's state, so it need not wait for a checkpoint. It spares
 * clients to look elsewhere while the answer waits.
 */
export interface TransferNotice {
  readonly kind: "transfer-notice";
  readonly transferId: string;
}

export interface TransferAnswer {
  readonly kind: "transfer-answer";
  readonly transferId: string;
  /** False: too little on the account, or no such account. Final, like true. */
  readonly accepted: boolean;
}

/** Sizes on the simulated wire: what such messages take with their framing. */
export const REQUEST_BYTES = 96;
export const NOTICE_BYTES = 48;
export const ANSWER_BYTES = 64;

function isRecord(payload: unknown): payload is Record<string, unknown> {
  return typeof payload === "object" && payload !== null;
}

/** The request in a payload; undefined for anything else that reached this process. */
export function transferRequestIn(payload: unknown): TransferRequest | undefined {
  if (!isRecord(payload) || payload["kind"] !== "transfer-request" || !isRecord(payload["transfer"])) {
    return undefined;
  }
  const { id, fromAccount, toAccount, amount } = payload["transfer"];
  if (typeof id !== "string" || !isPositiveInteger(fromAccount) || !isPositiveInteger(toAccount))
    return undefined;
  if (!isPositiveInteger(amount)) return undefined;
  return { kind: "transfer-request", transfer: { id, fromAccount, toAccount, amount } };
}

/** The notice or answer in a payload; undefined for anything else that reached this client. */
export function transferReplyIn(payload: unknown): TransferNotice | TransferAnswer | undefined {
  if (!isRecord(payload)) return undefined;
  const { kind, transferId, accepted } = payload;
  if (typeof transferId !== "string") return undefined;
  if (kind === "transfer-notice") return { kind, transferId };
  if (kind !== "transfer-answer" || typeof accepted !== "boolean") return undefined;
  return { kind, transferId, accepted };
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
