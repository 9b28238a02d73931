import { Controller, Delete, Get, Param, Query, UseGuards } from '@nestjs/common';
import { Caller } from '../auth/caller.decorator';
import { type Principal, userFor } from '../auth/principal';
import { RequiresScope } from '../auth/required-scope.decorator';
import { StrictRequestGuard } from '../common/strict-request.guard';
import { DeleteSessionCall, SessionCall } from './docs/overview.swagger';
import { DeletedDto, deletedDto } from './dto/answers.dto';
import { TenantDto } from './dto/filter.dto';
import { PageDto, pageInput, SessionParams } from './dto/search.dto';
import { SessionDto, sessionDto } from './dto/session.dto';
import { ListingService } from './listing.service';

@UseGuards(StrictRequestGuard)
@Controller('api/memory/session')
export class SessionController {
  constructor(private readonly lists: ListingService) {}

  @Get(':session_id')
  @RequiresScope('read')
  @SessionCall()
  async session(
    @Caller() caller: Principal,
    @Param() { session_id }: SessionParams,
    @Query() page: PageDto,
  ): Promise<SessionDto> {
    return sessionDto(
      session_id,
      await this.lists.session(userFor(caller, page.user_id), session_id, pageInput(page)),
    );
  }

  @Delete(':session_id')
  @RequiresScope('write')
  @DeleteSessionCall()
  async delete(
    @Caller() caller: Principal,
    @Param() { session_id }: SessionParams,
    @Query() { user_id }: TenantDto,
  ): Promise<DeletedDto> {
    return deletedDto(
      await this.lists.deleteMatching(userFor(caller, user_id), { sessionId: session_id }, { dryRun: false }),
    );
  }
}
