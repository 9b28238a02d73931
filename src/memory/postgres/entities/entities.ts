import { AccessKeyEntity } from './access-key.entity';
import { EmbeddingModelEntity } from './embedding-model.entity';
import { ImportCollectionEntity } from './import-collection.entity';
import { ImportRunEntity } from './import-run.entity';
import { ImportUndoEntity } from './import-undo.entity';
import { MemoryVectorEntity } from './memory-vector.entity';
import { MemoryEntity } from './memory.entity';
import { ProjectEntity } from './project.entity';
import { UserEntity } from './user.entity';
import { WordAnalysisEntity } from './word-analysis.entity';

/** Every table; a test compares them with what the migrations make. */
export const ENTITIES = [
  UserEntity,
  AccessKeyEntity,
  ProjectEntity,
  MemoryEntity,
  MemoryVectorEntity,
  EmbeddingModelEntity,
  WordAnalysisEntity,
  ImportRunEntity,
  ImportCollectionEntity,
  ImportUndoEntity,
];
