import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { AdmittedRequest, Principal } from './principal';

/** The handler's parameter that says who calls. */
export const Caller = createParamDecorator((_none: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<AdmittedRequest>();
  if (!principal) throw new Error('A handler was reached past the door.');
  return principal;
});
