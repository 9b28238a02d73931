import { DestinationStream, Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { ServerConfig } from '../config/app-config';
import { BufferedOutput } from './buffered-output';

/** Writes to standard output: for people where that is a terminal, else one JSON object a line. */
export function createRootLogger(level: ServerConfig['logLevel']): Logger {
  return process.stdout.isTTY ? prettyLogger(level) : jsonLogger(level);
}

export function jsonLogger(
  level: ServerConfig['logLevel'],
  destination: DestinationStream = BufferedOutput.ofStandardOutput(),
): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination);
}

/** In this thread: a transport's own would cost start-up time and lose the last lines of a crash. */
function prettyLogger(level: ServerConfig['logLevel']): Logger {
  const stream = pretty({
    sync: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'context,request_id,method,path,status,ms',
    messageFormat:
      '{if context}{context}: {end}{msg}{if ms} in {ms} ms{end}{if request_id} ({request_id}){end}',
    singleLine: true,
  });
  return pino({ level, base: undefined }, stream);
}
