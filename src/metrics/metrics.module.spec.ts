import { Controller, Get, INestApplication, Param } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import request from 'supertest';
import { EMBEDDING_OBSERVER, EmbeddingObserver } from '../embedding/embedding-observer';
import { MEMORY_OBSERVER, MemoryObserver } from '../memory/memory-observer';
import { HTTP_METRICS } from './http-metrics';
import { indexMetrics } from './index-metrics';
import { MetricsModule } from './metrics.module';

@Controller('things')
class ThingController {
  @Get(':id')
  find(@Param('id') id: string): string {
    return id;
  }
}

describe('MetricsModule', () => {
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [MetricsModule],
      controllers: [ThingController],
    }).compile();
    app = module.createNestApplication({ logger: false });
    app.use(app.get(HTTP_METRICS));
    await app.init();
  });

  afterAll(() => app.close());

  async function metrics(): Promise<string> {
    const { text } = await request(app.getHttpServer()).get('/metrics').expect(200);
    return text;
  }

  it('is what Prometheus reads, with the process and its event loop', async () => {
    const { headers, text } = await request(app.getHttpServer()).get('/metrics').expect(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \S+$/m);
  });

  it('counts requests by pattern, never by path', async () => {
    await request(app.getHttpServer()).get('/things/secret-1?q=hidden').expect(200);
    await request(app.getHttpServer()).get('/things/secret-2').expect(200);
    await request(app.getHttpServer()).get('/nowhere/secret-3').expect(404);
    const text = await metrics();
    expect(text).toContain(
      'wisdom_memory_http_request_duration_seconds_count{method="GET",route="/things/:id",status="200"} 2',
    );
    expect(text).toContain(
      'wisdom_memory_http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1',
    );
    expect(text).not.toMatch(/secret|hidden/);
  });

  it('shows what the embedder reports', async () => {
    const observer = app.get<EmbeddingObserver>(EMBEDDING_OBSERVER);
    observer.batch({ chunks: 3, tokens: 120, seconds: 0.02 });
    observer.waiting(7);
    observer.cache(true);
    observer.cache(true);
    observer.cache(false);
    const text = await metrics();
    expect(text).toContain('wisdom_memory_embedding_queue_chunks 7');
    expect(text).toContain('wisdom_memory_embedding_batch_chunks_sum 3');
    expect(text).toContain('wisdom_memory_embedding_batch_duration_seconds_sum 0.02');
    expect(text).toContain('wisdom_memory_embedding_tokens_total 120');
    expect(text).toContain('wisdom_memory_embedding_cache_total{result="hit"} 2');
    expect(text).toContain('wisdom_memory_embedding_cache_total{result="miss"} 1');
  });

  it('shows what the backend has counted of its index, and the last of it while it cannot be asked', async () => {
    const registry = new Registry();
    const counted = [{ entries: 900, tableRows: 30 }, undefined, { entries: 950, tableRows: 31 }];
    indexMetrics(registry, {
      indexReads: async () => {
        const reads = counted.shift();
        if (!reads) throw new Error('away');
        return reads;
      },
    });
    const shown: string[] = [];
    for (let scrape = 0; scrape < 3; scrape++) shown.push(await registry.metrics());
    const lines = (entries: number, table: number) =>
      `wisdom_memory_search_index_reads_total{of="entries"} ${entries}\n` +
      `wisdom_memory_search_index_reads_total{of="table"} ${table}\n`;
    expect(shown[0]).toContain(lines(900, 30));
    expect(shown[1]).toContain(lines(900, 30));
    expect(shown[2]).toContain(lines(950, 31));
  });

  it('counts searches by strategy', async () => {
    const observer = app.get<MemoryObserver>(MEMORY_OBSERVER);
    observer.searched({ strategy: 'exact', exhaustive: true, seconds: 0.004 });
    observer.searched({ strategy: 'index', exhaustive: false, seconds: 0.003 });
    const text = await metrics();
    expect(text).toContain(
      'wisdom_memory_search_duration_seconds_count{strategy="exact",exhaustive="true"} 1',
    );
    expect(text).toContain(
      'wisdom_memory_search_duration_seconds_count{strategy="index",exhaustive="false"} 1',
    );
  });
});
