import { describe, expect, it } from 'vitest';
import { inProcessSteps } from '../../scripts/sync/in-process-steps.ts';
import { createSimulatedTime } from '../../shared/adapters/memory/simulated-time.ts';
import { RunStopped } from '../../shared/sync/reconcile/failure.ts';

describe('a run in the process of the command', () => {
  it('does not go on waiting once it is stopped: whoever pressed Ctrl-C is told so', async () => {
    const stop = new AbortController();
    const time = createSimulatedTime(0);
    const steps = inProcessSteps(time.timers, stop.signal);
    const waiting = steps.wait('lease-1-wait', { seconds: 300 });
    stop.abort();
    await expect(waiting).rejects.toBeInstanceOf(RunStopped);
    await expect(steps.wait('lease-2-wait', { seconds: 300 })).rejects.toBeInstanceOf(RunStopped);
    expect(time.clock.now()).toBe(0);
  });
});
