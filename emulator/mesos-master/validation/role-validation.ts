/** What is wrong with a role's name, in upstream's words; undefined when it may be used. */
export function roleProblem(role: string): string | undefined {
  if (role === "*") {
    return undefined;
  }
  if (role === "") {
    return "Empty role name is invalid";
  }
  if (role.startsWith("/")) {
    return `Role '${role}' cannot start with a slash`;
  }
  if (role.endsWith("/")) {
    return `Role '${role}' cannot end with a slash`;
  }
  for (const part of role.split("/")) {
    if (part === "" || part === "." || part === ".." || part === "*" || part.startsWith("-")) {
      return `Role '${role}' contains an invalid part '${part}'`;
    }
  }
  return /[\s\\]/.test(role) ? `Role '${role}' cannot contain white space or a backslash` : undefined;
}
