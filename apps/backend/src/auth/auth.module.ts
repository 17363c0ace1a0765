import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Accounts } from './accounts.ts';
import { AuthController } from './auth.controller.ts';
import { Bearer } from './bearer.ts';
import { CallerGuard } from './caller.ts';

@Module({
  controllers: [AuthController],
  providers: [Accounts, Bearer, { provide: APP_GUARD, useClass: CallerGuard }],
  exports: [Bearer],
})
export class AuthModule {}
