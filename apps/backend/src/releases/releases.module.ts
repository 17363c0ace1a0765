import { Module } from '@nestjs/common';
import { Releases } from './releases.ts';

@Module({ providers: [Releases], exports: [Releases] })
export class ReleasesModule {}
