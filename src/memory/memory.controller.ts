import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { Caller } from '../auth/caller.decorator';
import { type Principal, userFor } from '../auth/principal';
import { RequiresScope } from '../auth/required-scope.decorator';
import { StrictRequestGuard } from '../common/strict-request.guard';
import { ContextCall, DeleteCall, DeleteMatchingCall, ListCall, SearchCall } from './docs/finding.swagger';
import { GetCall, PatchCall, StoreBatchCall, StoreCall } from './docs/storing.swagger';
import {
  ContextAnswerDto,
  contextAnswerDto,
  DeletionDto,
  deletionDto,
  MemoryListDto,
  memoryListDto,
  SearchAnswerDto,
  searchAnswerDto,
  StoredBatchDto,
  storedBatchDto,
  StoredDto,
  storedDto,
} from './dto/answers.dto';
import { filterInput, TenantDto } from './dto/filter.dto';
import { MemoryDto, memoryDto } from './dto/memory.dto';
import {
  ContextDto,
  DeleteMatchingDto,
  KeyParams,
  ListDto,
  listInput,
  SearchDto,
  searchInput,
} from './dto/search.dto';
import { memoryInput, memoryPatchInput, PatchMemoryDto, StoreBatchDto, StoreDto } from './dto/store.dto';
import { ListingService } from './listing.service';
import { MemoryService } from './memory.service';
import { SearchService } from './search.service';

@UseGuards(StrictRequestGuard)
@Controller('api/memory')
export class MemoryController {
  constructor(
    private readonly memories: MemoryService,
    private readonly lists: ListingService,
    private readonly searches: SearchService,
  ) {}

  @Post('store')
  @HttpCode(200)
  @RequiresScope('write')
  @StoreCall()
  async store(@Caller() caller: Principal, @Body() body: StoreDto): Promise<StoredDto> {
    return storedDto(await this.memories.store(userFor(caller, body.user_id), memoryInput(body)));
  }

  @Post('store/batch')
  @HttpCode(200)
  @RequiresScope('write')
  @StoreBatchCall()
  async storeBatch(@Caller() caller: Principal, @Body() body: StoreBatchDto): Promise<StoredBatchDto> {
    return storedBatchDto(
      await this.memories.storeAll(userFor(caller, body.user_id), body.memories.map(memoryInput)),
    );
  }

  @Post('search')
  @HttpCode(200)
  @RequiresScope('read')
  @SearchCall()
  async search(@Caller() caller: Principal, @Body() body: SearchDto): Promise<SearchAnswerDto> {
    return searchAnswerDto(
      body.query,
      await this.searches.search(userFor(caller, body.user_id), searchInput(body)),
    );
  }

  @Post('context')
  @HttpCode(200)
  @RequiresScope('read')
  @ContextCall()
  async context(@Caller() caller: Principal, @Body() body: ContextDto): Promise<ContextAnswerDto> {
    return contextAnswerDto(
      await this.searches.context(userFor(caller, body.user_id), searchInput(body), body.max_tokens),
    );
  }

  @Post('delete')
  @HttpCode(200)
  @RequiresScope('read', 'write')
  @DeleteMatchingCall()
  async deleteMatching(@Caller() caller: Principal, @Body() body: DeleteMatchingDto): Promise<DeletionDto> {
    const { user_id, filter, dry_run: dryRun, expected_count: expectedCount } = body;
    return deletionDto(
      await this.lists.deleteMatching(userFor(caller, user_id), filterInput(filter), {
        dryRun,
        expectedCount,
      }),
      dryRun,
    );
  }

  @Get()
  @RequiresScope('read')
  @ListCall()
  async list(@Caller() caller: Principal, @Query() query: ListDto): Promise<MemoryListDto> {
    return memoryListDto(await this.lists.list(userFor(caller, query.user_id), listInput(query)));
  }

  @Get(':id')
  @RequiresScope('read')
  @GetCall()
  async get(
    @Caller() caller: Principal,
    @Param() { id }: KeyParams,
    @Query() { user_id }: TenantDto,
  ): Promise<MemoryDto> {
    return memoryDto(await this.memories.get(userFor(caller, user_id), id));
  }

  @Patch(':id')
  @RequiresScope('read', 'write')
  @PatchCall()
  async patch(
    @Caller() caller: Principal,
    @Param() { id }: KeyParams,
    @Body() body: PatchMemoryDto,
  ): Promise<MemoryDto> {
    return memoryDto(await this.memories.patch(userFor(caller, body.user_id), id, memoryPatchInput(body)));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequiresScope('write')
  @DeleteCall()
  async delete(
    @Caller() caller: Principal,
    @Param() { id }: KeyParams,
    @Query() { user_id }: TenantDto,
  ): Promise<void> {
    await this.memories.delete(userFor(caller, user_id), id);
  }
}
