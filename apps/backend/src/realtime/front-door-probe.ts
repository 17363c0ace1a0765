import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { SLOT_HEADER } from '@devplatform/contracts';

const TIMEOUT_MS = 5000;

/** Which slots answer behind a public address: `times` requests, each over a connection of its own. Null: no answer, or without a slot. */
export function slotsBehind(publicUrl: string, times: number): Promise<(string | null)[]> {
  return Promise.all(Array.from({ length: times }, () => slotBehind(`${publicUrl}/api/v1/live`)));
}

function slotBehind(url: string): Promise<string | null> {
  const get = url.startsWith('https:') ? getHttps : getHttp;
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      const slot = answer.headers[SLOT_HEADER];
      resolve(typeof slot === 'string' ? slot : null);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => {
      resolve(null);
    });
  });
}
