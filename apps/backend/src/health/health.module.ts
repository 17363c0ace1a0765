import { Module } from '@nestjs/common';
import { HealthCheck } from './health-check.ts';
import { HealthController } from './health.controller.ts';

@Module({ controllers: [HealthController], providers: [HealthCheck] })
export class HealthModule {}
