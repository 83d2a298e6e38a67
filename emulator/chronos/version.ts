/** The release whose interface this is. */
export const VERSION = "3.0.2";
