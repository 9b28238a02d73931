import type { HealthCheckResult } from '@nestjs/terminus';

export class LivenessDto {
  /** Always `ok`: a process that does not run does not answer. */
  readonly status!: 'ok';
}

export class CheckDto {
  /** `degraded`: it serves, but not from where it should. */
  readonly status!: 'up' | 'degraded' | 'down';

  /** What is wrong, where something is. */
  readonly message?: string;
}

export class ReadinessDto {
  /** `degraded` serves and says in `checks` what is wrong; `error` and `shutting_down` come with 503. */
  readonly status!: 'ok' | 'degraded' | 'error' | 'shutting_down';

  /**
   * What the service needs: the store that is in use (`chromadb` or `postgresql`) and the `model`. Where the service takes
   * keys, only for one with the scope `admin`.
   */
  readonly checks?: Record<string, CheckDto>;
}

/** @param detailed whether it is said what is wrong with what. */
export function readinessDto({ status, details }: HealthCheckResult, detailed: boolean): ReadinessDto {
  if (!detailed) return { status };
  const checks = Object.entries(details).map(([name, check]): [string, CheckDto] => [
    name,
    { status: check.status, ...(typeof check.message === 'string' ? { message: check.message } : {}) },
  ]);
  return { status, checks: Object.fromEntries(checks) };
}
