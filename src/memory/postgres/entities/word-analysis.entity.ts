import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** By which analysis words are written since when; the latest is in force. */
@Entity('word_analyses')
export class WordAnalysisEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'word_analyses_pkey',
  })
  id!: number;

  @Column('text')
  name!: string;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  since!: Date;

  /** With `rewrittenMemory` the last one whose words are this analysis's, by user and id. */
  @Column('bigint', { name: 'rewritten_user', nullable: true })
  rewrittenUser!: string | null;

  @Column('uuid', { name: 'rewritten_memory', nullable: true })
  rewrittenMemory!: string | null;

  @Column('boolean')
  complete!: boolean;
}
