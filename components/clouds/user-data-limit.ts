/** What Nova takes (base64), and Azure as custom data. */
const limitBytes = 65_535;

/**
 * User data in base64, as virtual machines are given it.
 * @throws Error when it is larger than clouds take
 */
export function encodedUserData(text: string): string {
  const encoded = Buffer.from(text).toString("base64");
  if (encoded.length > limitBytes) {
    throw new Error(
      `the user data of a machine has ${encoded.length} bytes in base64 and clouds take ${limitBytes}; leave out files of its role`,
    );
  }
  return encoded;
}
