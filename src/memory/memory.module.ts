import {
  DynamicModule,
  Inject,
  Logger,
  MiddlewareConsumer,
  Module,
  NestModule,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import { KEY_STORE, type KeyStore } from '../auth/key-store';
import { ConfigModule } from '../config/config.module';
import type { Environment } from '../config/environment';
import { GivenConfigModule } from '../config/given-config.module';
import { EmbeddingModule } from '../embedding/embedding.module';
import { CallersBackend } from './access/callers-backend';
import { CurrentCaller } from './access/current-caller';
import { noteCaller } from './access/current-caller.middleware';
import { BACKEND_STATE, type BackendState } from './backend-state';
import { FallbackBackend } from './selection/fallback-backend';
import { FilterResolver } from './filter/filter-resolver.service';
import { ListingService } from './listing.service';
import { MEMORY_SEARCH_PROVIDER } from './hybrid/memory-search.provider';
import { CALLERS_BACKEND, Clock, CLOCK, MEMORY_BACKEND, type MemoryBackend } from './memory-backend';
import { MEMORY_BACKEND_PROVIDERS } from './selection/memory-backend.provider';
import { MemoryController } from './memory.controller';
import { MemoryService } from './memory.service';
import { pinRequests } from './selection/pin-requests.middleware';
import { ProjectController } from './project.controller';
import { ProjectResolver } from './project-resolver.service';
import { RequestedRemovals } from './requested-removals';
import { SearchService } from './search.service';
import { SessionController } from './session.controller';
import { StatusController } from './status.controller';
import { StatusService } from './status.service';

export interface MemoryModuleOptions {
  /** Whether the REST API is served; without it the memory is for the application that imports it alone. */
  readonly http?: boolean;
  /** The variables of the README's table to configure it by, instead of those of the process. */
  readonly environment?: Environment;
}

/** `{id}` matches every word: the controller that has it comes last. */
const CONTROLLERS = [StatusController, SessionController, ProjectController, MemoryController];

/** Those whose requests work on several calls of the backend, which must not change meanwhile. */
const PINNED = [SessionController, ProjectController, MemoryController];

/** The memory: `MemoryService` stores, `SearchService` finds, `ListingService` lists, on the backend that was chosen. */
@Module({})
export class MemoryModule implements NestModule, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly removals: RequestedRemovals;

  constructor(
    @Inject(MEMORY_BACKEND) private readonly backend: MemoryBackend,
    @Inject(BACKEND_STATE) private readonly state: BackendState,
    @Inject(KEY_STORE) private readonly keys: KeyStore,
    private readonly current: CurrentCaller,
  ) {
    this.removals = new RequestedRemovals(keys, backend, new Logger('Users'));
  }

  static forRoot({ http = true, environment }: MemoryModuleOptions = {}): DynamicModule {
    return {
      module: MemoryModule,
      global: true,
      imports: [environment ? GivenConfigModule.of(environment) : ConfigModule, EmbeddingModule],
      controllers: http ? CONTROLLERS : [],
      providers: [
        { provide: CLOCK, useValue: { now: () => new Date() } satisfies Clock },
        ...MEMORY_BACKEND_PROVIDERS,
        CurrentCaller,
        {
          provide: CALLERS_BACKEND,
          inject: [MEMORY_BACKEND, CurrentCaller],
          useFactory: (backend: MemoryBackend, current: CurrentCaller) =>
            new CallersBackend(backend, current),
        },
        ProjectResolver,
        FilterResolver,
        MemoryService,
        MEMORY_SEARCH_PROVIDER,
        SearchService,
        ListingService,
        StatusService,
      ],
      exports: [
        CLOCK,
        MemoryService,
        SearchService,
        ListingService,
        StatusService,
        MEMORY_BACKEND,
        BACKEND_STATE,
        KEY_STORE,
      ],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(noteCaller(this.current)).forRoutes(...CONTROLLERS);
    if (this.backend instanceof FallbackBackend)
      consumer.apply(pinRequests(this.backend)).forRoutes(...PINNED);
  }

  /** After the model is loaded: a backend registers what its vectors are of. */
  async onApplicationBootstrap(): Promise<void> {
    await this.backend.connect();
    await this.state.started();
    this.removals.start();
  }

  /** After the last request was answered. */
  async onApplicationShutdown(): Promise<void> {
    await this.removals.stop();
    await this.backend.close();
    await this.keys.close();
  }
}
