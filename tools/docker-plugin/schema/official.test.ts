import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { containerInputs } from "./container";
import { imageInputs } from "./image";
import { networkInputs } from "./network";
import { providerInputs } from "./provider";
import { remoteImageInputs } from "./remote-image";
import type { Kind, Properties } from "./types";
import { volumeInputs } from "./volume";

/** A table or a type definition in one notation: `name?: type`, sorted by name. */
type Shape = string[];

const SDK = dirname(require.resolve("@pulumi/docker/package.json"));

function shapeOfTable(table: Properties): Shape {
  return Object.entries(table)
    .map(([name, { type, required, unsupported }]) =>
      line(name, !required, unsupported === undefined ? ofKind(type) : "unsupported"),
    )
    .sort();
}

function ofKind(kind: Kind): string {
  switch (kind.kind) {
    case "integer":
      return "number";
    case "enum":
      return "string";
    case "list":
      return `[${ofKind(kind.of)}]`;
    case "object":
      return `{${shapeOfTable(kind.properties).join("; ")}}`;
    default:
      return kind.kind;
  }
}

const line = (name: string, optional: boolean, type: string) => `${name}${optional ? "?" : ""}: ${type}`;

const program = ts.createProgram([join(SDK, "index.d.ts")], { skipLibCheck: true });
const checker = program.getTypeChecker();

/** The shape of an interface of the SDK; properties that the table calls unsupported are compared by name only. */
function shapeOfInterface(file: string, name: string, table: Properties): Shape {
  const source = program.getSourceFile(join(SDK, `${file}.d.ts`));
  const declaration = source?.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (declaration === undefined) throw new Error(`${file}.d.ts has no interface ${name}`);
  return shapeOfType(checker.getTypeAtLocation(declaration), table);
}

function shapeOfType(type: ts.Type, table: Properties): Shape {
  return checker
    .getPropertiesOfType(type)
    .map((property) => {
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const known = table[property.name];
      if (known?.unsupported !== undefined) return line(property.name, optional, "unsupported");
      return line(property.name, optional, ofType(checker.getTypeOfSymbol(property), known?.type));
    })
    .sort();
}

/** `pulumi.Input<T>` is a union of T, a promise and an output; T is what is left without those two. */
function ofType(type: ts.Type, kind: Kind | undefined): string {
  const plain = (type.isUnion() ? type.types : [type]).filter(
    (part) =>
      !["Promise", "OutputInstance"].includes(part.symbol?.name ?? "") &&
      (part.flags & ts.TypeFlags.Undefined) === 0 &&
      !isOutput(part),
  );
  const [first] = plain;
  if (first === undefined) return "nothing";
  if (plain.every((part) => part.isStringLiteral())) return "string";
  if (plain.every((part) => (part.flags & ts.TypeFlags.BooleanLike) !== 0)) return "boolean";
  if (plain.length > 1) return plain.map((part) => checker.typeToString(part)).join(" | ");
  if (checker.isArrayType(first)) {
    const [element] = checker.getTypeArguments(first as ts.TypeReference);
    return `[${element === undefined ? "nothing" : ofType(element, kind?.kind === "list" ? kind.of : undefined)}]`;
  }
  if (first.getStringIndexType() !== undefined) return "map";
  if ((first.flags & ts.TypeFlags.Object) === 0) return checker.typeToString(first);
  return `{${shapeOfType(first, kind?.kind === "object" ? kind.properties : {}).join("; ")}}`;
}

function isOutput(type: ts.Type): boolean {
  return type.getProperty("apply") !== undefined;
}

describe("each input has the name and type that @pulumi/docker gives it, and none is missing", () => {
  it.each([
    ["container", "ContainerArgs", containerInputs],
    ["image", "ImageArgs", imageInputs],
    ["network", "NetworkArgs", networkInputs],
    ["provider", "ProviderArgs", providerInputs],
    ["remoteImage", "RemoteImageArgs", remoteImageInputs],
    ["volume", "VolumeArgs", volumeInputs],
  ])("%s: %s", (file, name, table) => {
    expect(shapeOfTable(table)).toEqual(shapeOfInterface(file, name, table));
  });
});
