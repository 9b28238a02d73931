import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../memory';
import { ImportRunEntity } from './import-run.entity';

const primaryKeyConstraintName = 'import_undo_pkey';

/** What an import replaced, for taking it back. */
@Entity('import_undo')
export class ImportUndoEntity {
  @PrimaryColumn('bigint', { name: 'user_id', primaryKeyConstraintName })
  userId!: string;

  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName })
  runId!: string;

  @PrimaryColumn('uuid', { name: 'memory_id', primaryKeyConstraintName })
  memoryId!: string;

  /** Null: there was no such memory before. */
  @Column({ type: 'jsonb', nullable: true })
  before!: JsonObject | null;

  @ManyToOne(() => ImportRunEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'run_id', foreignKeyConstraintName: 'import_undo_run_fkey' })
  run!: ImportRunEntity;
}
