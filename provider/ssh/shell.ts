/** One word for a machine's shell, whatever is in it. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

/** A command line of these words. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
