import type { RequestHandler } from 'express';
import type { AdmittedRequest } from '../../auth/principal';
import type { CurrentCaller } from './current-caller';

/** Middleware that notes whose request it is, where that decides about more than the user. */
export function noteCaller(current: CurrentCaller): RequestHandler {
  return (request, _response, next) => {
    const { principal } = request as AdmittedRequest;
    if (!principal?.project) next();
    else current.run(principal, next);
  };
}
