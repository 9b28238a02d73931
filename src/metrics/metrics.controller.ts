import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { RequiresScope } from '../auth/required-scope.decorator';
import { ApiProblems } from '../common/api-call.decorator';

@ApiTags('Operation')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly registry: Registry) {}

  @Get()
  @RequiresScope('admin')
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiOperation({
    summary: 'Figures for Prometheus',
    description:
      'Requests by method, route and status; batches, queue and cache of the embedding; searches by strategy and what they read of the index; delay ' +
      'of the event loop, memory and processor time. No label ever holds a path, an id or a text.',
  })
  @ApiOkResponse({
    content: {
      'text/plain': {
        schema: { type: 'string' },
        example: 'wisdom_memory_embedding_cache_total{result="hit"} 42\n',
      },
    },
  })
  @ApiProblems([
    {
      status: 429,
      code: 'too_many_requests',
      detail: 'More than 120 admin requests a minute. Try again in 1 s.',
    },
  ])
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
