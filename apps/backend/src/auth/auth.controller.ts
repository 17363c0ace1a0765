import { Register, SignIn, Token } from '@devplatform/contracts';
import { Body, Controller, Get, HttpCode, Inject, Ip, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Repeatable } from '../http/idempotency.ts';
import { Answers } from '../openapi/answers.ts';
import { Accounts } from './accounts.ts';
import { Bearer, type Caller, type Identity } from './bearer.ts';
import { SignedIn } from './caller.ts';

/** Tokens are never kept in the ledger of idempotency keys. */
@ApiTags('auth')
@Controller('auth')
@Repeatable()
export class AuthController {
  readonly #accounts: Accounts;
  readonly #bearer: Bearer;

  constructor(@Inject(Accounts) accounts: Accounts, @Inject(Bearer) bearer: Bearer) {
    this.#accounts = accounts;
    this.#bearer = bearer;
  }

  @Post('register')
  @Answers(201, Token, 'A new account, signed in', [409, 429])
  register(@Body({ schema: Register }) body: z.infer<typeof Register>, @Ip() address: string): Promise<z.infer<typeof Token>> {
    return this.#accounts.register(body, address);
  }

  @Post('sign-in')
  @HttpCode(200)
  @Answers(200, Token, 'A token that both slots accept', [401, 429])
  signIn(@Body({ schema: SignIn }) body: z.infer<typeof SignIn>, @Ip() address: string): Promise<z.infer<typeof Token>> {
    return this.#accounts.signIn(body, address);
  }

  @Get('me')
  @Answers(200, Token.shape.user, 'Who the token says is calling', [401])
  me(@SignedIn() { id, name }: Caller): Identity {
    return { id, name };
  }

  @Post('renew')
  @HttpCode(200)
  @Answers(200, Token, 'The same caller with a fresh token', [401])
  renew(@SignedIn() caller: Caller): Promise<z.infer<typeof Token>> {
    return this.#bearer.issue(caller);
  }
}
