/**
 * The platform names that the portable layers (src/core, src/sim) may use: WebAssembly and text encoding. Every
 * target has them (Node, Bun, Deno, browsers), but neither the language library nor the types of Node 20
 * declare what stands here.
 *
 * Invariant: a subset of what lib.dom declares, so code that compiles against this file compiles in the
 * browser configuration too, which leaves this file out because lib.dom already holds the same names.
 * The constructors TextEncoder and TextDecoder are in ambient.text.d.ts: Node's types do declare those.
 * Not covered: asynchronous compilation, tables, globals. The core is synchronous.
 */

declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    /** Grows by `delta` pages of 64 KiB; views on the old buffer are detached. Returns the old page count. */
    grow(delta: number): number;
  }
  /** Sizes in pages of 64 KiB. */
  const Memory: new (descriptor: { initial: number; maximum?: number }) => Memory;

  /** A compiled module: opaque. */
  interface Module {}
  /** Compiles synchronously; throws on bytes that are not a module. */
  const Module: new (bytes: Uint8Array<ArrayBuffer> | ArrayBuffer) => Module;

  interface Instance {
    /** Untyped, as in lib.dom: the caller states what its module exports. */
    readonly exports: Record<string, any>;
  }
  const Instance: new (
    module: Module,
    imports?: Record<string, Record<string, Function | Memory | number>>,
  ) => Instance;
}

/** UTF-8 only. */
interface TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  /** Stops where the destination is full. `read` counts UTF-16 units of the source, `written` bytes. */
  encodeInto(source: string, destination: Uint8Array): { readonly read: number; readonly written: number };
}

/** UTF-8 only, here. */
interface TextDecoder {
  decode(input?: Uint8Array | ArrayBuffer): string;
}
