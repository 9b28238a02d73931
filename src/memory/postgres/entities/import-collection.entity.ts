import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../memory';
import { ImportRunEntity } from './import-run.entity';

const primaryKeyConstraintName = 'import_collections_pkey';

/** How far a run is with one collection: written with each of its batches. */
@Entity('import_collections')
export class ImportCollectionEntity {
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName })
  runId!: string;

  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName })
  key!: string;

  /** Its place among those of the run. */
  @Column('integer')
  ordinal!: number;

  @Column('jsonb')
  progress!: JsonObject;

  @ManyToOne(() => ImportRunEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'run_id', foreignKeyConstraintName: 'import_collections_run_fkey' })
  run!: ImportRunEntity;
}
