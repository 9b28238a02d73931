import { join } from 'node:path';
import { UsageError } from '../cli/exit-code';
import type { JsonObject } from '../memory/memory';
import { Carried, carrySource } from './carry-source';
import { completeRun } from './complete-run';
import type { MigrationParts } from './migration-parts';
import { MigrationReport, reportOf } from './migration-report';
import { isUnfinished, MigrationRun, RunOptions } from './migration-run';
import type { MigrationSource } from './migration-source';
import type { MigrationTarget, PreviewTarget } from './migration-target';
import type { RejectSink } from './migrator';

/** A migration of one command: for the first time, resumed, or only looked at. */
export class Migration {
  constructor(private readonly parts: MigrationParts) {}

  /** What a run would do. Writes nothing at all. */
  async preview(target: PreviewTarget, options: RunOptions): Promise<MigrationReport> {
    const { model, clock } = this.parts;
    const source = await this.parts.openSource(options.source);
    try {
      await target.open(model);
      await target.refuseTakenUsers(source.collections);
      const userIds = source.collections.map(({ userId }) => userId);
      const sink = target.sink(options.onConflict, userIds);
      const beganAt = clock.now();
      const carried: Carried = {
        source,
        sink,
        rejects: NO_FILE,
        run: options,
        importedAt: beganAt,
        embed: notEmbedded,
      };
      const collections = await carrySource(this.parts, carried, []);
      return reportOf(this.parts, source, target, beganAt, {
        runId: null,
        state: 'dry-run',
        rejectsFile: null,
        collections,
        created: await sink.created(userIds),
        verification: null,
      });
    } finally {
      await target.close();
      await source.close();
    }
  }

  /** A new run. */
  async start(target: MigrationTarget, options: RunOptions): Promise<MigrationReport> {
    const { kind, model, say, openSource, directory } = this.parts;
    const source = await openSource(options.source);
    try {
      await target.open(model);
      await target.refuseTakenUsers(source.collections);
      const earlier = await target.findUnfinished(kind, source.identity);
      if (earlier)
        say(`Run ${earlier.id} of this source is unfinished; this is a new one, --resume goes on with that.`);
      const rejectsFile = (id: string) => join(directory, `migration-${id}-rejects.ndjson`);
      const run = await target.start({ kind, source: source.identity, options, rejectsFile });
      return await completeRun(this.parts, target, source, run);
    } finally {
      await target.close();
      await source.close();
    }
  }

  /**
   * Goes on with a run, with the options that it was started with.
   *
   * @param runId undefined: the newest unfinished one of the source.
   * @param given what the source is opened with beyond that.
   * @throws UsageError where there is no such run.
   */
  async resume(
    target: MigrationTarget,
    runId: string | undefined,
    given: JsonObject,
  ): Promise<MigrationReport> {
    let source: MigrationSource | undefined;
    try {
      await target.open(this.parts.model);
      const run = await this.unfinished(target, runId, given);
      source = await this.parts.openSource({ ...run.options.source, ...livelinessOf(given) });
      if (source.identity !== run.source)
        throw new UsageError(
          `Run ${run.id} is from ${run.source}, not from ${source.identity}: nothing was done.`,
        );
      return await completeRun(this.parts, target, source, run);
    } finally {
      await target.close();
      await source?.close();
    }
  }

  private async unfinished(
    target: MigrationTarget,
    runId: string | undefined,
    given: JsonObject,
  ): Promise<MigrationRun> {
    const { kind } = this.parts;
    if (runId === undefined) {
      const identity = this.parts.identify(given);
      const newest = await target.findUnfinished(kind, identity);
      if (newest) return newest;
      throw new UsageError(`There is no unfinished run from ${identity}: nothing was done.`);
    }
    const run = await target.find(runId);
    if (!run) throw new UsageError(`There is no run ${runId}: nothing was done.`);
    if (run.kind !== kind || !isUnfinished(run))
      throw new UsageError(`Run ${run.id} (${run.kind}) is ${run.state}: there is nothing to resume.`);
    return run;
  }
}

/** Of a dry run. */
const NO_FILE: RejectSink = { bytes: 0, rewind: () => undefined, append: () => undefined };

/** Of a dry run: to know that a text has no vector is enough. */
function notEmbedded(texts: readonly string[]): Promise<Float32Array[][]> {
  return Promise.resolve(texts.map(() => []));
}

/** Others may have begun to write to a source since. */
function livelinessOf({ allowLive }: JsonObject): JsonObject {
  return allowLive === true ? { allowLive } : {};
}
