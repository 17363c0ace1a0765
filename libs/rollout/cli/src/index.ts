export { EXIT } from './exit-code.ts';
export { fileJournal, fileLog } from './file-journal.ts';
