import type { Worker } from 'node:worker_threads';
import type { Checkpoint } from '@devplatform/contracts';
import { Outage } from '../outage.ts';
import { Rejection } from './rejection.ts';
import type { ThreadMessage, ThreadRequest } from './thread/messages.ts';

/** Who is told how a model comes along. */
export interface ModelObserver {
  /** After each step. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  /** The checkpoint that another process left does not help, because of this. */
  readonly onStartOver?: (reason: string) => void;
}

/** One request and its messages up to the last; rejects when the thread breaks or the signal is aborted. */
export async function converse(
  thread: Worker,
  request: ThreadRequest,
  { onCheckpoint, onStartOver }: ModelObserver,
  signal: AbortSignal,
): Promise<Checkpoint> {
  const { promise, resolve, reject } = Promise.withResolvers<Checkpoint>();
  const onMessage = (message: ThreadMessage): void => {
    switch (message.type) {
      case 'started-over':
        onStartOver?.(message.reason);
        break;
      case 'checkpoint':
        onCheckpoint?.(message.checkpoint);
        break;
      case 'ended':
        resolve(message.checkpoint);
        break;
      case 'rejected':
        reject(new Rejection(message.code, message.message));
        break;
      case 'outage':
        reject(new Outage(message.message));
        break;
      case 'failed':
        reject(new Error(message.message));
    }
  };
  const onExit = (code: number): void => {
    reject(new Error(`the model's thread ended with ${code}`));
  };
  const onAbort = (): void => {
    reject(new Error('aborted', { cause: signal.reason }));
  };
  thread.on('message', onMessage).on('error', reject).on('exit', onExit);
  signal.addEventListener('abort', onAbort);
  try {
    thread.postMessage(request);
    return await promise;
  } finally {
    thread.off('message', onMessage).off('error', reject).off('exit', onExit);
    signal.removeEventListener('abort', onAbort);
  }
}
