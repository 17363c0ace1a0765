import type { EntitySchema } from 'typeorm';
import { AnnotationEntity } from '../annotations/annotation.entity.ts';
import { UserEntity } from '../auth/user.entity.ts';
import { ModelVersionEntity } from '../models/model-version.entity.ts';
import { ModelEntity } from '../models/model.entity.ts';
import { MemberEntity } from '../projects/member.entity.ts';
import { ProjectEntity } from '../projects/project.entity.ts';
import { SlotReleaseEntity } from '../releases/slot-release.entity.ts';
import { SceneEntity } from '../scenes/scene.entity.ts';
import { TaskEntity } from '../tasks/task.entity.ts';
import { UploadEntity } from '../uploads/upload.entity.ts';

export const entities: readonly EntitySchema[] = [
  UserEntity,
  ProjectEntity,
  MemberEntity,
  SceneEntity,
  AnnotationEntity,
  ModelEntity,
  ModelVersionEntity,
  UploadEntity,
  TaskEntity,
  SlotReleaseEntity,
];
