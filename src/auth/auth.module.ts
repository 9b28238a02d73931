import { Global, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, DiscoveryService, Reflector } from '@nestjs/core';
import { AUTHENTICATE, authenticate } from './authenticate.middleware';
import { openPathsOf } from './open-paths.provider';
import { EVERYBODY } from './principal';
import { ScopeGuard } from './scope.guard';

/** The door: who calls, and whether they may. `app.setup.ts` mounts `AUTHENTICATE` before everything that reads. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: AUTHENTICATE,
      inject: [DiscoveryService, Reflector],
      useFactory: (discovery: DiscoveryService, reflector: Reflector) =>
        authenticate(() => Promise.resolve(EVERYBODY), openPathsOf(discovery, reflector)),
    },
    { provide: APP_GUARD, useClass: ScopeGuard },
  ],
  exports: [AUTHENTICATE],
})
export class AuthModule {}
