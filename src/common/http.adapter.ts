import { createServer, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';

/** What Express makes its requests and answers of. */
interface ExpressPrototypes {
  readonly request: object;
  readonly response: object;
}

/** Those that would go to the server of `ExpressAdapter`, which is not the one that listens. */
const UNSUPPORTED = ['httpsOptions', 'forceCloseConnections'] as const;

/**
 * Express on a server whose requests and answers are Express's own from the beginning. Otherwise Express gives each of
 * them another prototype, after which V8 has forgotten all that it knew of them, and the garbage of one request keeps
 * that of the next (measured on Node 20: a request that does nothing takes twice the time). Without TLS: that is for the
 * proxy in front of the service.
 */
export class HttpAdapter extends ExpressAdapter {
  override initHttpServer(options: NestApplicationOptions): void {
    for (const option of UNSUPPORTED)
      if (options[option]) throw new Error(`HttpAdapter does not support the option ${option}.`);
    super.initHttpServer(options);
    const express = this.getInstance<RequestListener & ExpressPrototypes>();
    this.httpServer = createServer(
      {
        IncomingMessage: constructorOf(IncomingMessage, express.request),
        ServerResponse: constructorOf(ServerResponse, express.response),
      },
      express,
    );
  }
}

/** Makes what `parent` makes, with another prototype. A class would have one of its own between them. */
function constructorOf<T extends typeof IncomingMessage | typeof ServerResponse>(
  parent: T,
  prototype: object,
): T {
  function Derived(this: object, ...parameters: unknown[]): void {
    (parent as unknown as (...parameters: unknown[]) => void).apply(this, parameters);
  }
  Derived.prototype = prototype;
  return Derived as unknown as T;
}
