import type { WordAnalysis } from '../../../words/word-analysis';
import { RecurringTask } from '../../recurring-task';
import type { PostgresDatabase } from '../database/postgres-database';
import { fillWords, rewriteWords } from './fill-words';
import { readWordRecord, WordRecord, writeWordsBy } from './word-record';

/** What comes without words, from an instance that analyses them otherwise, has them this soon. */
const INTERVAL_MS = 60_000;

/** How often the log tells how far it is. */
const REPORT_MS = 15_000;

/**
 * Sees to it, in the background, that the words of all memories are those of this service's analysis. The database notes which
 * one is in force: the instance that starts last decides, and rewrites what others have written. No word of one analysis is
 * taken for one of another meanwhile (`WordAnalysis`), and instances that do not fit write none.
 */
export class WordKeeper {
  private done = false;
  private inForce?: string;
  private stopping = false;
  private rewritten = 0;
  private reported = 0;
  private readonly task = new RecurringTask(
    () => this.keep(),
    (error) => this.database.log(`The words of memories could not be written: ${(error as Error).message}`),
    INTERVAL_MS,
  );

  constructor(
    private readonly database: PostgresDatabase,
    private readonly analysis: WordAnalysis,
    private readonly modelId: number,
  ) {}

  /** Whether every memory can be found by its words, as far as is known here. */
  get complete(): boolean {
    return this.done;
  }

  /** What the operator should know. */
  get remark(): string | undefined {
    const { inForce, analysis } = this;
    if (inForce !== undefined && inForce !== analysis.name)
      return `Words are written by the analysis ${inForce} of another instance that started later, and this one asks by ${analysis.name}: it finds memories by their meaning alone. Give all instances the same version and TEXT_SEARCH_LANGUAGE, and restart this one.`;
    return this.done
      ? undefined
      : `The words of memories are being rewritten by the analysis ${analysis.name}: until that is done some are found by their meaning alone.`;
  }

  /** Brings this service's analysis into force, and what is to be rewritten under way. */
  async start(): Promise<void> {
    const before = await this.database.withoutTenant(readWordRecord);
    if (before?.analysis !== this.analysis.name)
      await this.database.withoutTenant((connection) => writeWordsBy(connection, this.analysis.name));
    await this.look();
    if (!this.done) this.database.log(reasonOf(before, this.analysis.name));
    this.task.run();
    this.task.start();
  }

  /** Does now what is to be done. */
  async keepNow(): Promise<void> {
    await this.task.idle();
    this.task.run();
    await this.task.idle();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.task.stop();
  }

  private async keep(): Promise<void> {
    const { database, analysis, modelId } = this;
    const started = performance.now();
    this.rewritten = 0;
    this.reported = started;
    const wasDone = this.done;
    const stopped = () => this.stopping;
    const work = { database, analysis, modelId, stopped, progressed: (count: number) => this.count(count) };
    await rewriteWords(work);
    await fillWords(work);
    if (this.stopping) return;
    await this.look();
    if (this.done && !wasDone)
      database.log(
        `The words of memories are complete: ${this.rewritten} compared in ${((performance.now() - started) / 1000).toFixed(1)} s.`,
      );
  }

  /** What is the case, as of now. */
  private async look(): Promise<void> {
    const { record, missing } = await this.database.withoutTenant(async (connection) => ({
      record: await readWordRecord(connection),
      missing: (await connection.query(`select from wisdom_memory.chunks_without_words(1)`)).rows.length,
    }));
    const told = this.inForce ?? this.analysis.name;
    this.inForce = record?.analysis;
    const isOurs = this.inForce === this.analysis.name;
    this.done = isOurs && record!.complete && missing === 0;
    if (!isOurs && this.inForce !== told) this.database.log(this.remark!);
  }

  private count(memories: number): void {
    this.rewritten += memories;
    if (performance.now() - this.reported < REPORT_MS) return;
    this.reported = performance.now();
    this.database.log(`Words of ${this.rewritten} memories compared with their texts so far.`);
  }
}

function reasonOf(before: WordRecord | undefined, name: string): string {
  const doing =
    'they are rewritten in the background, and memories are found by their meaning alone until then.';
  if (before === undefined)
    return `It is not noted by which analysis the words in this database were written, or they are missing; now it is ${name}: ${doing}`;
  if (before.analysis === name) return `Not all words are written by the analysis ${name} yet: ${doing}`;
  return `The words in this database are of the analysis ${before.analysis}, this service asks by ${name}: ${doing}`;
}
