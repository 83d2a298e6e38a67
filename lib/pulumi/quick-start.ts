import Module from "node:module";

// Loaded before the program (Pulumi.yaml, nodeargs): two fifths less CPU time in every preview and update. At each start
// the SDK loads a compiler, npm's own code and a tracing library, for closures that are run elsewhere and for --tracing;
// and it takes a stack trace of every promise, each frame mapped to its source, to name one that never settles.

/** What is loaded when it is used. */
const late = /^(typescript|@npmcli\/arborist|@opentelemetry\/(?!api$).+)$/;

/** How Node.js loads a module, `require` and all. */
interface Loader {
  _load(request: string, parent: NodeModule | undefined, isMain: boolean): object;
}

const loader = Module as unknown as Loader;
const load = loader._load;

/** Stands for a module until something of it is asked for. Compiled imports take one that is marked as it is. */
function loadedLate(get: () => object): object {
  let module: object | undefined;
  return new Proxy(
    { __esModule: true },
    {
      get(target, key) {
        if (key in target) return true;
        module ??= get();
        return Reflect.get(module, key);
      },
    },
  );
}

loader._load = (request, parent, isMain) => {
  const now = () => load.call(Module, request, parent, isMain);
  return late.test(request) ? loadedLate(now) : now();
};

// The SDK maps traces by source maps that it looks for in the files. Those of TypeScript are with tsx, and Node.js knows
// them: it maps traces itself when nobody else does. What was loaded once is not loaded again.
Module.createRequire(require.resolve("@pulumi/pulumi"))("source-map-support/register");
Reflect.deleteProperty(Error, "prepareStackTrace");

/** The SDK's bookkeeping of promises. */
interface Debuggable {
  debuggablePromise<T>(promise: Promise<T>, context?: unknown): Promise<T>;
}

const debuggable = require("@pulumi/pulumi/runtime/debuggable") as Debuggable;
const { debuggablePromise } = debuggable;

debuggable.debuggablePromise = (promise, context) => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return debuggablePromise(promise, context);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};
