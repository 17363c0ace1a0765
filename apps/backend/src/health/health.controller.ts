import { Health, RELEASE } from '@devplatform/contracts';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Answers } from '../openapi/answers.ts';
import { HealthCheck } from './health-check.ts';

@ApiTags('health')
@Controller()
export class HealthController {
  readonly #check: HealthCheck;

  constructor(@Inject(HealthCheck) check: HealthCheck) {
    this.#check = check;
  }

  /** Readiness: may this slot get traffic? */
  @Get('health')
  @Answers(200, Health, 'Healthy; 503 with the same shape names what is not')
  async health(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const health = await this.#check.run();
    void reply.code(health.status === 'healthy' ? 200 : 503).header('cache-control', 'no-store');
    return health;
  }

  /** Liveness: touches nothing, so that a database that blinks restarts no process. */
  @Get('live')
  @Answers(200, null, 'This process answers')
  live(): { status: 'alive'; version: string } {
    return { status: 'alive', version: RELEASE };
  }
}
