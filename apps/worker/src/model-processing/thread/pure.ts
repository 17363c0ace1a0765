import { Rejection } from '../rejection.ts';

/** Work that depends on a model's bytes alone: what failed once would fail again, so any error refuses the file. */
export async function pure<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Rejection) throw error;
    throw new Rejection('unprocessable', `The model cannot be processed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
