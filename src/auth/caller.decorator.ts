import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { AdmittedRequest, Principal } from './principal';

/** The handler's parameter that says who calls. On routes that are open to all there may be nobody: `if any`. */
export const Caller = createParamDecorator(
  (presence: 'if any' | undefined, context: ExecutionContext): Principal | undefined => {
    const { principal } = context.switchToHttp().getRequest<AdmittedRequest>();
    if (!principal && presence !== 'if any') throw new Error('A handler was reached past the door.');
    return principal;
  },
);
