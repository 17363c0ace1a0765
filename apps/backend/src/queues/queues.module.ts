import { Module } from '@nestjs/common';
import { Queues } from './queues.ts';

@Module({ providers: [Queues], exports: [Queues] })
export class QueuesModule {}
