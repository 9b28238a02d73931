import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

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
}
