import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { ObjectStore } from '@devplatform/runtime/storage';
import { Rejection } from './model-processing/rejection.ts';
import type { ThreadMessage, ThreadRequest, ThreadSetup } from './model-processing/thread/messages.ts';
import { processStoredModel } from './model-processing/thread/stored-model.ts';
import { isOutage } from './outage.ts';

// Linux has priorities by thread: this one computes, while the worker's own still answers and keeps its locks.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

const port = parentPort;
if (port === null) throw new Error('model-thread is started by the worker, not by hand');
const send = (message: ThreadMessage): void => {
  port.postMessage(message);
};
const store = new ObjectStore((workerData as ThreadSetup).store);

port.on('message', (request: ThreadRequest) => {
  processStoredModel(store, request, {
    onCheckpoint: (checkpoint) => {
      send({ type: 'checkpoint', checkpoint });
    },
    onStartOver: (reason) => {
      send({ type: 'started-over', reason });
    },
    isToStop: () => Atomics.load(request.stop, 0) !== 0,
  }).then(
    (checkpoint) => {
      send({ type: 'ended', checkpoint });
    },
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof Rejection) send({ type: 'rejected', code: error.code, message });
      else send({ type: isOutage(error) ? 'outage' : 'failed', message });
    },
  );
});
