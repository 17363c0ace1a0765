export { EXIT } from './exit-code.ts';
export { fileJournal } from './file-journal.ts';
export { fileLog } from './log/file-log.ts';
