import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import type { JsonObject } from '../../memory';
import { ImportRunEntity } from './import-run.entity';
import { ProjectEntity } from './project.entity';
import { UserEntity } from './user.entity';

const primaryKeyConstraintName = 'memories_pkey';

/** A memory; its vectors are `MemoryVectorEntity`. Its indexes are the migration's alone: partial, covering, GIN. */
@Entity('memories')
@Unique('memories_external_id_key', ['userId', 'externalId'])
@Index('memories_occurred', { synchronize: false })
@Index('memories_session', { synchronize: false })
@Index('memories_project', { synchronize: false })
@Index('memories_speaker', { synchronize: false })
@Index('memories_expires', { synchronize: false })
@Index('memories_import_run', { synchronize: false })
@Index('memories_metadata', { synchronize: false })
export class MemoryEntity {
  @PrimaryColumn('bigint', { name: 'user_id', primaryKeyConstraintName })
  userId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName })
  id!: string;

  @Column({ type: 'text', name: 'external_id', collation: 'C', nullable: true })
  externalId!: string | null;

  @Column('integer', { name: 'project_id', nullable: true })
  projectId!: number | null;

  @Column('bigint', { name: 'session_id', nullable: true })
  sessionId!: string | null;

  @Column({ type: 'text', name: 'session_type', collation: 'C', nullable: true })
  sessionType!: string | null;

  @Column({ type: 'text', name: 'agent_id', collation: 'C', nullable: true })
  agentId!: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  speaker!: string | null;

  @Column({ type: 'text', name: 'content_type', collation: 'C' })
  contentType!: string;

  @Column('text')
  content!: string;

  @Column('boolean', { name: 'content_is_preview', default: false })
  contentIsPreview!: boolean;

  /** Length of the content in UTF-16 units. */
  @Column('integer')
  characters!: number;

  @Column('jsonb')
  metadata!: JsonObject;

  @Column({ type: 'timestamptz', name: 'occurred_at', precision: 3 })
  occurredAt!: Date;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3 })
  updatedAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column('uuid', { name: 'import_run_id', nullable: true })
  importRunId!: string | null;

  /** `updatedAt` as the run wrote it: where the two differ, the memory was changed since. */
  @Column({ type: 'timestamptz', name: 'import_updated_at', precision: 3, nullable: true })
  importUpdatedAt!: Date | null;

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'memories_user_fkey' })
  user!: UserEntity;

  @ManyToOne(() => ProjectEntity)
  @JoinColumn([
    { name: 'user_id', referencedColumnName: 'userId', foreignKeyConstraintName: 'memories_project_fkey' },
    { name: 'project_id', referencedColumnName: 'id', foreignKeyConstraintName: 'memories_project_fkey' },
  ])
  project!: ProjectEntity | null;

  @ManyToOne(() => ImportRunEntity)
  @JoinColumn({ name: 'import_run_id', foreignKeyConstraintName: 'memories_import_run_fkey' })
  importRun!: ImportRunEntity | null;
}
