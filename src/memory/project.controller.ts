import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
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
  @ProjectsCall()
  async projects(@Query() { user_id }: TenantDto): Promise<ProjectListDto> {
    return projectListDto(await this.lists.projects(user_id));
  }

  @Get('project/:name')
  @ProjectCall()
  async project(@Param() { name }: ProjectParams, @Query() page: PageDto): Promise<ProjectMemoriesDto> {
    return projectMemoriesDto(name, await this.lists.project(page.user_id, name, pageInput(page)));
  }

  @Get('project/:name/context')
  @ProjectContextCall()
  async context(
    @Param() { name: project }: ProjectParams,
    @Query() { user_id, n_recent }: ProjectContextDto,
  ): Promise<ProjectContextAnswerDto> {
    return { project, context: await this.lists.projectContext(user_id, project, n_recent), n_recent };
  }
}
