import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../memory';

/** One migration from elsewhere; how far its collections are is in `ImportCollectionEntity`. */
@Entity('import_runs')
export class ImportRunEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'import_runs_pkey' })
  id!: string;

  @Column('text')
  source!: string;

  @Column('text')
  state!: string;

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3, default: () => 'now()' })
  startedAt!: Date;

  @Column({ type: 'timestamptz', name: 'finished_at', precision: 3, nullable: true })
  finishedAt!: Date | null;

  /** The command. */
  @Column('text')
  kind!: string;

  @Column({ type: 'jsonb', default: {} })
  options!: JsonObject;

  /** Where what was not taken is kept, with everything that it had. */
  @Column({ type: 'text', name: 'rejects_file', nullable: true })
  rejectsFile!: string | null;

  @Column({ type: 'jsonb', nullable: true })
  report!: JsonObject | null;
}
