import { constants } from "node:os";

/** The C library's names, which Mesos puts into messages. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [constants.signals.SIGHUP, "Hangup"],
  [constants.signals.SIGINT, "Interrupt"],
  [constants.signals.SIGQUIT, "Quit"],
  [constants.signals.SIGILL, "Illegal instruction"],
  [constants.signals.SIGTRAP, "Trace/breakpoint trap"],
  [constants.signals.SIGABRT, "Aborted"],
  [constants.signals.SIGBUS, "Bus error"],
  [constants.signals.SIGFPE, "Floating point exception"],
  [constants.signals.SIGKILL, "Killed"],
  [constants.signals.SIGUSR1, "User defined signal 1"],
  [constants.signals.SIGSEGV, "Segmentation fault"],
  [constants.signals.SIGUSR2, "User defined signal 2"],
  [constants.signals.SIGPIPE, "Broken pipe"],
  [constants.signals.SIGALRM, "Alarm clock"],
  [constants.signals.SIGTERM, "Terminated"],
]);

/** The signal behind a shell's exit status (128 + signal); undefined for an ordinary status. */
export function signalOfStatus(status: number): string | undefined {
  return NAMES.get(status - 128);
}
