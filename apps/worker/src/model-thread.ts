import { parentPort, workerData } from 'node:worker_threads';
import { ObjectStore } from '@devplatform/runtime/storage';
import { Rejection } from './model-processing/rejection.ts';
import type { ThreadMessage, ThreadRequest, ThreadSetup } from './model-processing/thread/messages.ts';
import { processStoredModel } from './model-processing/thread/stored-model.ts';
import { isOutage } from './outage.ts';

const port = parentPort;
if (port === null) throw new Error('model-thread is started by the worker, not by hand');
const send = (message: ThreadMessage): void => {
  port.postMessage(message);
};
const store = new ObjectStore((workerData as ThreadSetup).store);

port.on('message', ({ source, options }: ThreadRequest) => {
  processStoredModel(store, source, options, (step) => {
    send({ type: 'step', step });
  }).then(
    (model) => {
      send({ type: 'done', model });
    },
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof Rejection) send({ type: 'rejected', code: error.code, message });
      else send({ type: isOutage(error) ? 'outage' : 'failed', message });
    },
  );
});
