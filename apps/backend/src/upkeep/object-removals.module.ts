import { Module } from '@nestjs/common';
import { ObjectRemovals } from './object-removals.ts';

@Module({ providers: [ObjectRemovals], exports: [ObjectRemovals] })
export class ObjectRemovalsModule {}
