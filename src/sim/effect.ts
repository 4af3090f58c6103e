/** What handlers do to the world around their host, as data: an effect may have to wait for the processor, or for a pause. */
import type { HostId } from "../core/protocol/environment.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { Note } from "../core/protocol/notes.ts";
import type { SoftwareEvent } from "../core/protocol/software.ts";
import type { DiskOperation } from "./disk.ts";

/** Something that a handler did to the world around its host. Immutable. */
export type Effect =
  | { readonly kind: "send"; readonly to: HostId; readonly message: Message }
  | { readonly kind: "storage"; readonly operation: DiskOperation }
  | { readonly kind: "note"; readonly note: Note }
  | { readonly kind: "software"; readonly event: SoftwareEvent };
