import {
  BeforeApplicationShutdown,
  Global,
  Inject,
  Logger,
  Module,
  OnApplicationBootstrap,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, DiscoveryService, Reflector } from '@nestjs/core';
import { APP_CONFIG, type AppConfig } from '../config/app-config';
import { CLOCK, type Clock } from '../memory/memory-backend';
import { RecurringTask } from '../memory/recurring-task';
import { KeysUnavailableError } from './auth.errors';
import { AUTHENTICATE, authenticate } from './authenticate.middleware';
import { Authenticator } from './authenticator';
import { KeyCache } from './key-cache';
import { KeySearch } from './key-search';
import { KEY_STORE, type KeyStore } from './key-store';
import { openPathsOf } from './open-paths.provider';
import { EVERYBODY } from './principal';
import { ScopeGuard } from './scope.guard';

/** `last used` is to the minute. */
const USES_INTERVAL_MS = 60_000;

/** The door: who calls, and whether they may. `app.setup.ts` mounts `AUTHENTICATE` before everything that reads. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: Authenticator, inject: [APP_CONFIG, KEY_STORE, CLOCK], useFactory: authenticatorOver },
    {
      provide: AUTHENTICATE,
      inject: [APP_CONFIG, Authenticator, DiscoveryService, Reflector],
      useFactory: door,
    },
    { provide: APP_GUARD, useClass: ScopeGuard },
  ],
  exports: [AUTHENTICATE],
})
export class AuthModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Keys');
  private readonly noting = new RecurringTask(
    () => this.noteUses(),
    (error) => this.logger.warn(`When keys were used last could not be noted: ${(error as Error).message}`),
    USES_INTERVAL_MS,
  );

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(KEY_STORE) private readonly store: KeyStore,
    private readonly authenticator: Authenticator,
  ) {}

  onApplicationBootstrap(): void {
    const { auth, server } = this.config;
    if (auth.mode === 'api-key') this.noting.start();
    else if (server.allowUnauthenticated)
      this.logger.warn(
        `Whoever reaches ${server.host} reads and changes everything: AUTH_MODE=off and ALLOW_UNAUTHENTICATED=true. ` +
          'Set AUTH_MODE=api-key unless something in front keeps others out.',
      );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.noting.run();
    await this.noting.stop();
  }

  private async noteUses(): Promise<void> {
    const uses = this.authenticator.takeUses();
    if (uses.size > 0) await this.store.noteUses(uses);
  }
}

/** What is wrong with the store is for the log: callers learn that they must wait. */
function authenticatorOver({ auth }: AppConfig, store: KeyStore, clock: Clock): Authenticator {
  const cache = new KeyCache((prefix) =>
    store.findKey(prefix).catch((cause: unknown) => {
      throw new KeysUnavailableError({ cause });
    }),
  );
  const search = new KeySearch(cache, auth.unknownKeys, () => clock.now().getTime());
  return new Authenticator(
    (prefix, address) => search.find(prefix, address),
    () => clock.now(),
  );
}

function door(
  { auth }: AppConfig,
  authenticator: Authenticator,
  discovery: DiscoveryService,
  reflector: Reflector,
): ReturnType<typeof authenticate> {
  if (auth.mode === 'off')
    return authenticate(
      () => Promise.resolve(EVERYBODY),
      () => true,
    );
  return authenticate(
    (authorization, address) => authenticator.authenticate(authorization, address),
    openPathsOf(discovery, reflector),
  );
}
