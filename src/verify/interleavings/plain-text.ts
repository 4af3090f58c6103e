/**
 * Plain data as text, for telling equal from different: several times faster than JSON with a replacer.
 *
 * Equal data of equal field order give equal text. Buffers are written as the names that `nameOf` gives them.
 */
export function plainText(value: unknown, nameOf: (bytes: Uint8Array) => string): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) return "null";
  if (value instanceof Uint8Array) return nameOf(value);
  let text = "";
  if (Array.isArray(value)) {
    for (const part of value) text += `${plainText(part, nameOf)},`;
    return `[${text}]`;
  }
  const fields = value as Record<string, unknown>;
  for (const name in fields) text += `${name}:${plainText(fields[name], nameOf)},`;
  return `{${text}}`;
}
