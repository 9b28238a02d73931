import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { Caller } from '../auth/caller.decorator';
import { type Principal, userFor } from '../auth/principal';
import { RequiresScope } from '../auth/required-scope.decorator';
import { StrictRequestGuard } from '../common/strict-request.guard';
import { InitializeCall, StatisticsCall, StatusCall } from './docs/overview.swagger';
import { TenantDto } from './dto/filter.dto';
import {
  InitializedDto,
  initializedDto,
  StatisticsDto,
  statisticsDto,
  StatusDto,
  statusDto,
} from './dto/status.dto';
import { ListingService } from './listing.service';
import { StatusService } from './status.service';

@UseGuards(StrictRequestGuard)
@Controller('api/memory')
export class StatusController {
  constructor(
    private readonly state: StatusService,
    private readonly lists: ListingService,
  ) {}

  @Post('initialize')
  @HttpCode(200)
  @RequiresScope('read')
  @InitializeCall()
  async initialize(@Caller() caller: Principal, @Body() { user_id }: TenantDto): Promise<InitializedDto> {
    const status = await this.state.initialize(userFor(caller, user_id));
    return initializedDto(status, caller.scopes.has('admin'));
  }

  @Get('status')
  @RequiresScope('read')
  @StatusCall()
  async status(@Caller() caller: Principal, @Query() { user_id }: TenantDto): Promise<StatusDto> {
    const status = await this.state.status(userFor(caller, user_id));
    return statusDto(status, caller.scopes.has('admin'));
  }

  @Get('stats')
  @RequiresScope('read')
  @StatisticsCall()
  async statistics(@Caller() caller: Principal, @Query() { user_id }: TenantDto): Promise<StatisticsDto> {
    const userId = userFor(caller, user_id);
    return statisticsDto(await this.lists.statistics(userId), await this.lists.projects(userId));
  }
}
