import { Module } from '@nestjs/common';
import { UploadsModule } from '../uploads/uploads.module.ts';
import { ObjectRemovalsModule } from './object-removals.module.ts';
import { Upkeep } from './upkeep.ts';

@Module({ imports: [UploadsModule, ObjectRemovalsModule], providers: [Upkeep] })
export class UpkeepModule {}
