import { Module } from '@nestjs/common';
import { UploadsModule } from '../uploads/uploads.module.ts';
import { Upkeep } from './upkeep.ts';

@Module({ imports: [UploadsModule], providers: [Upkeep] })
export class UpkeepModule {}
