import { Global, Module } from '@nestjs/common';
import { Credits } from './credits.ts';
import { Debits } from './debits.ts';
import { LedgerClerk } from './ledger-clerk.ts';
import { LedgerStore } from './ledger-store.ts';
import { PageBook } from './page-book.ts';

/** Global, because whatever begins, ends or arrives in this slot says so here. What opens a ledger is the control plane's (handovers.ts). */
@Global()
@Module({
  providers: [Credits, Debits, LedgerClerk, LedgerStore, PageBook],
  exports: [Credits, Debits, LedgerClerk, LedgerStore, PageBook],
})
export class LedgerModule {}
