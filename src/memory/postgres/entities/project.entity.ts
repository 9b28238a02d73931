import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { ImportRunEntity } from './import-run.entity';
import { UserEntity } from './user.entity';

const primaryKeyConstraintName = 'projects_pkey';

/** A project of one user; ids count from 1 for each. */
@Entity('projects')
@Unique('projects_name_key', ['userId', 'name'])
export class ProjectEntity {
  @PrimaryColumn('bigint', { name: 'user_id', primaryKeyConstraintName })
  userId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName })
  id!: number;

  @Column({ type: 'text', collation: 'C' })
  name!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  /** The run that made it. */
  @Column('uuid', { name: 'import_run_id', nullable: true })
  importRunId!: string | null;

  @ManyToOne(() => ImportRunEntity)
  @JoinColumn({ name: 'import_run_id', foreignKeyConstraintName: 'projects_import_run_fkey' })
  importRun!: ImportRunEntity | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'projects_user_fkey' })
  user!: UserEntity;
}
