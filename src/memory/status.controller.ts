import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
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
  @InitializeCall()
  async initialize(@Body() { user_id }: TenantDto): Promise<InitializedDto> {
    return initializedDto(await this.state.initialize(user_id));
  }

  @Get('status')
  @StatusCall()
  async status(@Query() { user_id }: TenantDto): Promise<StatusDto> {
    return statusDto(await this.state.status(user_id));
  }

  @Get('stats')
  @StatisticsCall()
  async statistics(@Query() { user_id }: TenantDto): Promise<StatisticsDto> {
    return statisticsDto(await this.lists.statistics(user_id), await this.lists.projects(user_id));
  }
}
