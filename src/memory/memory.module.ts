import { DynamicModule, Inject, Module, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { EmbeddingModule } from '../embedding/embedding.module';
import { BACKEND_STATE, BackendState } from './backend-state';
import { FilterResolver } from './filter-resolver.service';
import { InMemoryRepository } from './in-memory/in-memory.repository';
import { ListingService } from './listing.service';
import { Clock, CLOCK, MEMORY_BACKEND, type MemoryBackend } from './memory-backend';
import { MemoryController } from './memory.controller';
import { MemoryService } from './memory.service';
import { ProjectController } from './project.controller';
import { ProjectResolver } from './project-resolver.service';
import { SearchService } from './search.service';
import { SessionController } from './session.controller';
import { StatusController } from './status.controller';
import { StatusService } from './status.service';

export interface MemoryModuleOptions {
  /** Whether the REST API is served; without it the memory is for the application that imports it alone. */
  readonly http?: boolean;
}

/** `{id}` matches every word: the controller that has it comes last. */
const CONTROLLERS = [StatusController, SessionController, ProjectController, MemoryController];

/** The memory: `MemoryService` stores, `SearchService` finds, `ListingService` lists, on the backend that was chosen. */
@Module({})
export class MemoryModule implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(MEMORY_BACKEND) private readonly backend: MemoryBackend) {}

  static forRoot({ http = true }: MemoryModuleOptions = {}): DynamicModule {
    return {
      module: MemoryModule,
      global: true,
      imports: [EmbeddingModule],
      controllers: http ? CONTROLLERS : [],
      providers: [
        { provide: CLOCK, useValue: { now: () => new Date() } satisfies Clock },
        {
          provide: MEMORY_BACKEND,
          inject: [CLOCK],
          useFactory: (clock: Clock): MemoryBackend => new InMemoryRepository(clock),
        },
        {
          provide: BACKEND_STATE,
          inject: [CLOCK],
          useFactory: (clock: Clock): BackendState => ({
            degraded: false,
            reason: null,
            since: clock.now(),
            pendingSync: 0,
          }),
        },
        ProjectResolver,
        FilterResolver,
        MemoryService,
        SearchService,
        ListingService,
        StatusService,
      ],
      exports: [MemoryService, SearchService, ListingService, StatusService, MEMORY_BACKEND, BACKEND_STATE],
    };
  }

  onModuleInit(): Promise<void> {
    return this.backend.connect();
  }

  /** After the last request was answered. */
  onApplicationShutdown(): Promise<void> {
    return this.backend.close();
  }
}
