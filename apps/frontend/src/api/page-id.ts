/** This loaded page; a reload is another one. The ledger of a switch names it so. */
export const PAGE_ID: string = crypto.randomUUID();
