import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { ImportRunEntity } from './import-run.entity';

/** A tenant. */
@Entity('users')
@Unique('users_name_key', ['name'])
export class UserEntity {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'users_pkey' })
  id!: string;

  @Column({ type: 'text', collation: 'C' })
  name!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** The run that made it. */
  @Column('uuid', { name: 'import_run_id', nullable: true })
  importRunId!: string | null;

  @ManyToOne(() => ImportRunEntity)
  @JoinColumn({ name: 'import_run_id', foreignKeyConstraintName: 'users_import_run_fkey' })
  importRun!: ImportRunEntity | null;
}
