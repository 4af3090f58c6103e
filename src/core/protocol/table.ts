/**
 * Tables in the state of a role, by texts that come up during a run: keys of checkpoints, places of members.
 *
 * They are plain data without a prototype, which engines keep as hash tables. An object literal would get a hidden class of its
 * own for every new text, and the code that uses it would never settle.
 */
export type Table<Value> = Record<string, Value>;

export function createTable<Value>(): Table<Value> {
  return Object.create(null) as Table<Value>;
}
