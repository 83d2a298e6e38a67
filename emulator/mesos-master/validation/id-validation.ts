/** What is wrong with an id, in upstream's words; undefined when it may be used in paths and URLs. */
export function idProblem(id: string): string | undefined {
  if (id === "") {
    return "ID must not be empty";
  }
  if (id.length > 255) {
    return "ID must not be greater than 255 characters";
  }
  if (id === "." || id === "..") {
    return `'${id}' is disallowed`;
  }
  const isControl = [...id].some((letter) => letter < " " || letter === "\u007f");
  return isControl || id.includes("/") ? `'${id}' contains invalid characters` : undefined;
}
