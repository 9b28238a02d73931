import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A vector space that rows are of; `dtype` is noted and never compared. */
@Entity('embedding_models')
@Unique('embedding_models_fingerprint_key', ['fingerprint'])
export class EmbeddingModelEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'smallint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'embedding_models_pkey',
  })
  id!: number;

  @Column('text')
  fingerprint!: string;

  @Column('text')
  name!: string;

  @Column('text')
  revision!: string;

  @Column('integer')
  dimension!: number;

  @Column('text')
  pooling!: string;

  @Column('boolean')
  normalised!: boolean;

  @Column('text')
  dtype!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'now()' })
  createdAt!: Date;
}
