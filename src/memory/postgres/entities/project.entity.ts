import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
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

  @ManyToOne(() => UserEntity)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'projects_user_fkey' })
  user!: UserEntity;
}
