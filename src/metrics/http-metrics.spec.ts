import { Registry } from 'prom-client';
import { RawServer } from '../../test/support/raw-server';
import { httpMetrics } from './http-metrics';

describe('httpMetrics', () => {
  it('counts requests whose client leaves, also one whose turn to be answered never came', async () => {
    const registry = new Registry();
    const count = httpMetrics(registry);
    const server = await RawServer.start((request, response) => count(request, response, () => undefined));
    await server.request('/one', '/two');
    await server.leave();
    server.close();
    expect(await registry.metrics()).toContain(
      'wisdom_memory_http_request_duration_seconds_count{method="GET",route="unmatched",status="499"} 2',
    );
  });
});
