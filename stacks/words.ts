import { z } from "zod";

/** RFC 1123 labels, lower case: what may become a host name, a DNS name, a container name. */
export const labelPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export const label = z
  .string()
  .regex(labelPattern, "lower-case letters, digits and inner dashes, at most 63 characters");

/** Values become words of shell, unit and environment files, so their alphabet is small. */
export const plainWord = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, "letters, digits, dots, dashes and underscores");
