import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { EmbeddingModelEntity } from './embedding-model.entity';
import { MemoryEntity } from './memory.entity';

const primaryKeyConstraintName = 'memory_vectors_pkey';

/** The vector of one chunk, with copies of what a search filters by. Its other indexes are the migrations' alone. */
@Entity('memory_vectors')
@Index('memory_vectors_search', { synchronize: false })
@Index('memory_vectors_session', { synchronize: false })
@Index('memory_vectors_words', { synchronize: false })
@Index('memory_vectors_without_words', { synchronize: false })
export class MemoryVectorEntity {
  @PrimaryColumn('bigint', { name: 'user_id', primaryKeyConstraintName })
  userId!: string;

  @PrimaryColumn('uuid', { name: 'memory_id', primaryKeyConstraintName })
  memoryId!: string;

  @PrimaryColumn('smallint', { name: 'model_id', primaryKeyConstraintName })
  modelId!: number;

  @PrimaryColumn('smallint', { primaryKeyConstraintName })
  chunk!: number;

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

  @Column({ type: 'timestamptz', name: 'occurred_at', precision: 3 })
  occurredAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column('halfvec')
  embedding!: number[];

  /** Null until the service has looked at the text. */
  @Column('tsvector', { nullable: true })
  lexemes!: string | null;

  @ManyToOne(() => MemoryEntity, { onDelete: 'CASCADE' })
  @JoinColumn([
    {
      name: 'user_id',
      referencedColumnName: 'userId',
      foreignKeyConstraintName: 'memory_vectors_memory_fkey',
    },
    { name: 'memory_id', referencedColumnName: 'id', foreignKeyConstraintName: 'memory_vectors_memory_fkey' },
  ])
  memory!: MemoryEntity;

  @ManyToOne(() => EmbeddingModelEntity)
  @JoinColumn({ name: 'model_id', foreignKeyConstraintName: 'memory_vectors_model_fkey' })
  model!: EmbeddingModelEntity;
}
