import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { Caller } from '../auth/caller.decorator';
import { type Principal, userFor } from '../auth/principal';
import { RequiresScope } from '../auth/required-scope.decorator';
import { StrictRequestGuard } from '../common/strict-request.guard';
import { ProjectCall, ProjectContextCall, ProjectsCall } from './docs/overview.swagger';
import { TenantDto } from './dto/filter.dto';
import {
  ProjectContextAnswerDto,
  ProjectListDto,
  projectListDto,
  ProjectMemoriesDto,
  projectMemoriesDto,
} from './dto/project.dto';
import { PageDto, pageInput, ProjectContextDto, ProjectParams } from './dto/search.dto';
import { ListingService } from './listing.service';

@UseGuards(StrictRequestGuard)
@Controller('api/memory')
export class ProjectController {
  constructor(private readonly lists: ListingService) {}

  @Get('projects')
  @RequiresScope('read')
  @ProjectsCall()
  async projects(@Caller() caller: Principal, @Query() { user_id }: TenantDto): Promise<ProjectListDto> {
    return projectListDto(await this.lists.projects(userFor(caller, user_id)));
  }

  @Get('project/:name')
  @RequiresScope('read')
  @ProjectCall()
  async project(
    @Caller() caller: Principal,
    @Param() { name }: ProjectParams,
    @Query() page: PageDto,
  ): Promise<ProjectMemoriesDto> {
    return projectMemoriesDto(
      name,
      await this.lists.project(userFor(caller, page.user_id), name, pageInput(page)),
    );
  }

  @Get('project/:name/context')
  @RequiresScope('read')
  @ProjectContextCall()
  async context(
    @Caller() caller: Principal,
    @Param() { name: project }: ProjectParams,
    @Query() { user_id, n_recent }: ProjectContextDto,
  ): Promise<ProjectContextAnswerDto> {
    return {
      project,
      context: await this.lists.projectContext(userFor(caller, user_id), project, n_recent),
      n_recent,
    };
  }
}
