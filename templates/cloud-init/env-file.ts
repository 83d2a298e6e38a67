/**
 * A file for `docker run --env-file`: one KEY=value a line, taken as it stands, so that no quoting exists and a line
 * break cannot be written.
 * @throws Error when a name is no environment variable's name or a value has a line break
 */
export function renderEnvFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`${JSON.stringify(name)} cannot name a variable`);
      if (/[\r\n]/.test(value)) throw new Error(`the value of ${name} has a line break, which an env file cannot hold`);
      return `${name}=${value}\n`;
    })
    .join("");
}
