import { expect, test } from "vitest";
import { parseCreateOptions } from "./create-options";
import { canonicalName } from "./volume-name";

test.each([
  "",
  "..",
  "a..b",
  "../etc",
  "a/b",
  "-a",
  ".a",
  "a.",
  "a b",
  "a;reboot",
  "$(id)",
  "`id`",
  "a\n",
  "ä",
  "a".repeat(300),
  7,
  undefined,
])("the name %j is refused, and named", (name) => {
  expect(() => canonicalName(name)).toThrow(
    `volume name ${JSON.stringify(name)?.slice(0, 80) ?? "nothing"} is refused: use letters`,
  );
});

test("names are the same in any case", () => {
  expect(canonicalName("PgData-1.main_2")).toBe("pgdata-1.main_2");
});

test.each([
  [{ size: "0" }, 'size "0" is refused: give whole GB from 1 to 65536'],
  [{ size: "-1" }, 'size "-1" is refused'],
  [{ size: "99999999999999999999" }, 'size "99999999999999999999" is refused'],
  [{ size: "65537" }, 'size "65537" is refused'],
  [{ size: "1.5" }, 'size "1.5" is refused'],
  [{ size: "" }, 'size "" is refused'],
  [{ fs: "btrfs" }, 'fs "btrfs" is refused: use one of ext4, xfs'],
  [{ type: "a;b" }, 'type "a;b" is refused'],
  [{ encrypted: "yes" }, 'encrypted "yes" is refused'],
  [{ snapshot: "../x" }, 'snapshot "../x" is refused'],
  [{ sise: "1" }, 'option "sise" is unknown, did you mean size? Known: size, fs, type, encrypted, snapshot'],
  [{ overwriteFs: "true" }, 'option "overwriteFs" is unknown'],
  [{ __proto__x: "1" }, 'option "__proto__x" is unknown'],
  [{ constructor: "1" }, 'option "constructor" is unknown'],
  [{ fs: "xfs", newFsType: "ext4" }, "options fs and newFsType say the same: give one"],
  [{ size: 5 }, "option size must be text"],
])("%j is refused, and named", (options, message) => {
  expect(() => parseCreateOptions("v", options, 16)).toThrow(message);
});

test("options have defaults, and REX-Ray's names work", () => {
  expect(parseCreateOptions("v", {}, 16)).toEqual({ name: "v", sizeGb: 16, fs: "ext4", encrypted: false });
  expect(parseCreateOptions("v", { size: "5", volumeType: "ssd", newFsType: "xfs", encrypted: "true" }, 16)).toEqual({
    name: "v",
    sizeGb: 5,
    fs: "xfs",
    type: "ssd",
    encrypted: true,
  });
});
