import { Controller, Get, HttpStatus, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Caller } from '../auth/caller.decorator';
import type { Principal } from '../auth/principal';
import { OpenToAll } from '../auth/required-scope.decorator';
import { StrictRequestGuard } from '../common/strict-request.guard';
import { LivenessDto, ReadinessDto, readinessDto } from './health.dto';
import { NOT_SERVING, SERVING } from './health-examples';
import { HealthService } from './health.service';

@ApiTags('Operation')
@UseGuards(StrictRequestGuard)
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @OpenToAll()
  @ApiOperation({ summary: 'Whether the process runs', description: 'When this fails, start it anew.' })
  live(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @OpenToAll()
  @ApiOperation({
    summary: 'Whether requests can be served',
    description:
      'Asks the store and the model. 200 while it serves, degraded or not; 503 while it cannot: send requests elsewhere.',
  })
  @ApiResponse({
    status: HttpStatus.OK,
    description: 'It serves.',
    type: ReadinessDto,
    examples: SERVING,
  })
  @ApiResponse({
    status: HttpStatus.SERVICE_UNAVAILABLE,
    description: 'It cannot serve now.',
    type: ReadinessDto,
    examples: NOT_SERVING,
  })
  async ready(
    @Caller('if any') caller: Principal | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReadinessDto> {
    const readiness = readinessDto(await this.health.readiness(), caller?.scopes.has('admin') === true);
    const serves = readiness.status === 'ok' || readiness.status === 'degraded';
    response.status(serves ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return readiness;
  }
}
