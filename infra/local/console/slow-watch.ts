import { asList, asNumber, asRecord, asText } from '../cloud/json.ts';
import type { JsonRecord } from '../cloud/json.ts';
import type { AlarmView, Plots } from './contract.ts';
import type { ConsolePlace } from './place.ts';
import { look } from './sources/call.ts';
import { clerkClock } from './sources/clerk-clock.ts';
import { Troubles } from './troubles.ts';
import { plotsOf, PLOTTED_MS } from './view/plots.ts';

/** Undefined where a part did not answer. */
export interface SlowlySeen {
  readonly alarms: readonly AlarmView[] | undefined;
  readonly plots: Plots | undefined;
}

/** Looks at what costs more and changes less: alarms and metrics. */
export class SlowWatch {
  readonly troubles = new Troubles();
  readonly #place: Pick<ConsolePlace, 'api' | 'clerk'>;

  constructor(place: Pick<ConsolePlace, 'api' | 'clerk'>) {
    this.#place = place;
  }

  async look(): Promise<SlowlySeen> {
    this.troubles.clear();
    const [alarms, plots] = await Promise.all([
      this.troubles.unless(() => this.#alarms(), undefined),
      this.troubles.unless(() => this.#plots(), undefined),
    ]);
    return { alarms, plots };
  }

  async #alarms(): Promise<readonly AlarmView[]> {
    const alarms = await look('Alarms', `${this.#place.api}/__local/alarms`);
    return asList(alarms).map(asRecord).map(alarmOf);
  }

  async #plots(): Promise<Plots> {
    const now = await clerkClock(this.#place.clerk);
    const points = await look('Metrics', `${this.#place.api}/__local/metrics?raw&since=${now - PLOTTED_MS}`);
    return plotsOf(points, now);
  }
}

function alarmOf(alarm: JsonRecord): AlarmView {
  return {
    name: asText(alarm['name']) ?? '',
    description: asText(alarm['description']) ?? '',
    state: asText(alarm['state']) ?? '',
    since: asNumber(alarm['since']) ?? 0,
  };
}
