import { join } from 'node:path';
import { UsageError } from '../cli/exit-code';
import { EmbeddingModel, fingerprintOf } from '../embedding/embedder';
import type { JsonObject } from '../memory/memory';
import type { Clock } from '../memory/memory-backend';
import type { MigrationProgress } from './migration-progress';
import type { MigrationReport } from './migration-report';
import { CollectionProgress, isUnfinished, MigrationRun, RunOptions } from './migration-run';
import type { MigrationSource } from './migration-source';
import type { MigrationSink, MigrationTarget, PreviewTarget } from './migration-target';
import { BrokenOffError } from './migration.errors';
import { Migrator, MigratorOptions, RejectSink } from './migrator';
import { hasRejects, RejectsFile } from './rejects-file';
import type { Verification } from './verification/verification';
import { verifyRun } from './verification/verify-run';

export interface MigrationParts {
  /** The command, such as `migrate-chroma`. */
  readonly kind: string;
  readonly model: EmbeddingModel;
  readonly embed?: MigratorOptions['embed'];
  readonly clock: Clock;
  readonly openSource: (options: JsonObject) => Promise<MigrationSource>;
  /** Whether what was written is compared with the source. */
  readonly verify: boolean;
  readonly progress: MigrationProgress;
  /** Aborted: the run ends behind the batch in hand. */
  readonly stop: AbortSignal;
  /** Where the file of the rejects is made. */
  readonly directory: string;
  /** Tells whoever migrates. */
  readonly say: (message: string) => void;
}

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
      const importedAt = clock.now();
      const carried = { source, sink, rejects: NO_FILE, run: options, importedAt, embed: notEmbedded };
      const collections = await this.carry(carried, []);
      const created = await sink.created(userIds);
      return this.report(source, target, importedAt, {
        runId: null,
        state: 'dry-run',
        rejectsFile: null,
        collections,
        created,
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
      return await this.complete(target, source, run);
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
    const identity = runId === undefined ? await this.identityOf(given) : undefined;
    let source: MigrationSource | undefined;
    try {
      await target.open(this.parts.model);
      const run = await this.unfinished(target, runId, identity);
      source = await this.parts.openSource({ ...run.options.source, ...livelinessOf(given) });
      if (source.identity !== run.source)
        throw new UsageError(
          `Run ${run.id} is from ${run.source}, not from ${source.identity}: nothing was done.`,
        );
      return await this.complete(target, source, run);
    } finally {
      await target.close();
      await source?.close();
    }
  }

  private async identityOf(options: JsonObject): Promise<string> {
    const source = await this.parts.openSource(options);
    await source.close();
    return source.identity;
  }

  private async unfinished(
    target: MigrationTarget,
    runId: string | undefined,
    identity = '',
  ): Promise<MigrationRun> {
    const { kind } = this.parts;
    const run = runId === undefined ? await target.findUnfinished(kind, identity) : await target.find(runId);
    if (!run) {
      const which = runId === undefined ? `unfinished run from ${identity}` : `run ${runId}`;
      throw new UsageError(`There is no ${which}: nothing was done.`);
    }
    if (run.kind !== kind || !isUnfinished(run))
      throw new UsageError(`Run ${run.id} (${run.kind}) is ${run.state}: there is nothing to resume.`);
    return run;
  }

  /** @throws BrokenOffError, after which the run can be resumed. */
  private async complete(
    target: MigrationTarget,
    source: MigrationSource,
    run: MigrationRun,
  ): Promise<MigrationReport> {
    const { clock, stop, say, embed } = this.parts;
    const beganAt = clock.now();
    const rejects = new RejectsFile(run.rejectsFile);
    try {
      await target.setState(run, 'running');
      const sink = target.sink(run);
      const earlier = this.checkpointsOf(run);
      const carried = { source, sink, rejects, run: run.options, importedAt: run.startedAt, embed };
      const collections = await this.carry(carried, earlier);
      const isDone = collections.every(({ done }) => done);
      if (isDone && !stop.aborted) {
        say('Tidying up the tables (VACUUM), so that the first searches are as fast as the later ones.');
        await target.tidy();
      }
      const verification = await this.verified(target, source, run, isDone);
      const state = isDone && verification !== undefined ? 'finished' : 'interrupted';
      await target.setState(run, state);
      const created = await sink.created(source.collections.map(({ userId }) => userId));
      const rejectsFile = rejects.bytes > 0 ? run.rejectsFile : null;
      return this.report(source, target, beganAt, {
        runId: run.id,
        state,
        collections,
        created,
        rejectsFile,
        verification: verification ?? null,
      });
    } catch (cause) {
      // Where the database is lost, what it has says so too: the run is not finished.
      await target.setState(run, 'interrupted').catch(() => undefined);
      throw new BrokenOffError(run.id, cause);
    } finally {
      rejects.close();
    }
  }

  /** @returns null where nothing is to be compared, undefined where that was interrupted. */
  private async verified(
    target: MigrationTarget,
    source: MigrationSource,
    run: MigrationRun,
    isDone: boolean,
  ): Promise<Verification | null | undefined> {
    return isDone && this.parts.verify ? verifyRun(this.parts, target, source, run) : null;
  }

  /** Without the file of the rejects, they have to be found once more; what was written is known. */
  private checkpointsOf({ rejectsFile, collections }: MigrationRun): readonly CollectionProgress[] {
    const bytes = collections.reduce((most, { rejectsBytes }) => Math.max(most, rejectsBytes), 0);
    if (hasRejects(rejectsFile, bytes)) return collections;
    this.parts.say(`${rejectsFile} is not as it was left: everything is read again to write it anew.`);
    return [];
  }

  private async carry(
    { source, sink, rejects, run, importedAt, embed }: Carried,
    earlier: readonly CollectionProgress[],
  ): Promise<CollectionProgress[]> {
    const { model, clock, stop, progress } = this.parts;
    progress.start(source.collections.reduce((total, { records }) => total + records, 0));
    const options: MigratorOptions = { model, embed, clock, stop, run, importedAt, progress };
    try {
      return await new Migrator(source, sink, rejects, options).run(earlier);
    } finally {
      progress.end();
    }
  }

  private report(
    { description, leftOut, remarks }: MigrationSource,
    target: { readonly description: string },
    beganAt: Date,
    made: Pick<
      MigrationReport,
      'runId' | 'state' | 'collections' | 'created' | 'rejectsFile' | 'verification'
    >,
  ): MigrationReport {
    const { clock, model } = this.parts;
    return {
      ...made,
      source: description,
      target: target.description,
      fingerprint: fingerprintOf(model),
      leftOut,
      remarks,
      seconds: (clock.now().getTime() - beganAt.getTime()) / 1_000,
    };
  }
}

interface Carried {
  readonly source: MigrationSource;
  readonly sink: MigrationSink;
  readonly rejects: RejectSink;
  readonly run: RunOptions;
  readonly importedAt: Date;
  readonly embed: MigratorOptions['embed'];
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
