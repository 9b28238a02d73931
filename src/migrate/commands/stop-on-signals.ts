const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface SignalledStop {
  /** Aborted by the first signal. A second one of its kind ends the process at once. */
  readonly stop: AbortSignal;
  forget(): void;
}

/** Turns Ctrl-C, and being asked to end, into a wish that can be heeded when it suits. */
export function stopOnSignals(say: (message: string) => void): SignalledStop {
  const controller = new AbortController();
  const onSignal = () => {
    if (!controller.signal.aborted)
      say('\nEnding after the batch in hand. Once more ends at once, and can be resumed too.');
    controller.abort();
  };
  for (const signal of SIGNALS) process.once(signal, onSignal);
  return {
    stop: controller.signal,
    forget: () => SIGNALS.forEach((signal) => process.removeListener(signal, onSignal)),
  };
}
