/**
 * The environment for a process that runs a vitest of its own: it must not take itself for a worker of this one, and no test
 * writes to a job's page.
 */
export function inheritedEnvironment(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([key]) => !/^(?:VITEST|TEST$|NODE_ENV$|GITHUB_)/.test(key),
  );
  return Object.fromEntries(inherited);
}
