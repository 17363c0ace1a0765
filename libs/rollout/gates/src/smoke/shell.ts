import { get } from './request.ts';
import type { SmokeTest } from './smoke-test.ts';

/** The frontend serves the application shell, and the script that it names. */
export const shell: SmokeTest = {
  name: 'shell',
  run: async (context) => {
    const { frontend } = context.addresses;
    const { headers, text } = await get(`${frontend}/`, context);
    const type = headers.get('content-type') ?? 'no content type';
    if (!type.startsWith('text/html')) throw new Error(`/ is ${type}, not HTML`);
    const script = /<script[^>]+src="([^"]+)"/.exec(text)?.[1];
    if (script === undefined) throw new Error('the page names no script');
    await get(new URL(script, `${frontend}/`).href, context);
    return `HTML and ${script}`;
  },
};
