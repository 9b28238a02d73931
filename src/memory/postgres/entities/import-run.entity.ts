import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../memory';

/** One import from elsewhere: where it stands and what it did. */
@Entity('import_runs')
export class ImportRunEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'import_runs_pkey' })
  id!: string;

  @Column('text')
  source!: string;

  @Column('text')
  state!: string;

  @Column({ type: 'jsonb', default: {} })
  checkpoint!: JsonObject;

  @Column({ type: 'jsonb', default: {} })
  statistics!: JsonObject;

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3, default: () => 'now()' })
  startedAt!: Date;

  @Column({ type: 'timestamptz', name: 'finished_at', precision: 3, nullable: true })
  finishedAt!: Date | null;
}
