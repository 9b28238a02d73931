import { Controller, Delete, Get, Param, Query, UseGuards } from '@nestjs/common';
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
  @SessionCall()
  async session(@Param() { session_id }: SessionParams, @Query() page: PageDto): Promise<SessionDto> {
    return sessionDto(session_id, await this.lists.session(page.user_id, session_id, pageInput(page)));
  }

  @Delete(':session_id')
  @DeleteSessionCall()
  async delete(@Param() { session_id }: SessionParams, @Query() { user_id }: TenantDto): Promise<DeletedDto> {
    return deletedDto(await this.lists.deleteMatching(user_id, { sessionId: session_id }, { dryRun: false }));
  }
}
