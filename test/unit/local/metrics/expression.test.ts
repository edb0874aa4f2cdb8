import { describe, expect, it } from 'vitest';
import { evaluateExpression } from '../../../../infra/local/cloud/metrics/evaluate.ts';
import type { Series } from '../../../../infra/local/cloud/metrics/evaluate.ts';
import { ExpressionError, parseExpression } from '../../../../infra/local/cloud/metrics/expression.ts';

const SERIES = new Map<string, Series>([
  ['failed', [1, undefined, 3]],
  ['all', [10, 20, 0]],
  ['none', [undefined, undefined, undefined]],
]);

function workOut(text: string): Series {
  return evaluateExpression(parseExpression(text), {
    length: 3,
    series: (id) => {
      const series = SERIES.get(id);
      if (series === undefined) throw new ExpressionError(`there is no ${id}`);
      return series;
    },
  });
}

describe('metric math', () => {
  it.each<[string, Series]>([
    ['1 + 2 * 3', [7, 7, 7]],
    ['(1 + 2) * 3', [9, 9, 9]],
    ['10 - 2 - 3', [5, 5, 5]],
    ['-all + 1', [-9, -19, 1]],
    ['100 * failed / all', [10, undefined, undefined]],
    ['failed > 2', [0, undefined, 1]],
    ['FILL(failed, 0)', [1, 0, 3]],
    ['FILL(failed, REPEAT)', [1, 1, 3]],
    ['FILL(none, 0)', [0, 0, 0]],
    ['FILL(failed, all)', [1, 20, 3]],
    ['IF(all > 5, failed, 0)', [1, undefined, 0]],
    ['IF(all >= 10 AND FILL(failed, 0) == 0, 1, 0)', [0, 1, 0]],
    ['IF(all > 15 || all == 0, 1)', [0, 1, 1]],
    ['SUM([failed, all])', [11, 20, 3]],
    ['MAX([failed, all])', [10, 20, 3]],
    ['MIN([failed, all])', [1, 20, 0]],
    ['SUM(failed)', [4, 4, 4]],
    ['ABS(0 - all)', [10, 20, 0]],
    ['2 ^ 3', [8, 8, 8]],
  ])('works out %s', (text, series) => {
    expect(workOut(text)).toEqual(series);
  });

  it.each([
    ['1 +', /ends too early/],
    ['1 2', /has "2" where something else belongs/],
    ['SUM([failed, all)', /has "\)"/],
    ['failed $ all', /cannot be read from/],
    ['nobody + 1', /there is no nobody/],
    ['ANOMALY_DETECTION_BAND(failed)', /does not imitate the function ANOMALY_DETECTION_BAND/],
    ['[failed, all]', /must be one series/],
    ['[failed, all] + 1', /list stands where one series belongs/],
    ['FILL()', /lacks an argument/],
  ])('refuses %s', (text, reason) => {
    expect(() => workOut(text)).toThrow(reason);
    expect(() => workOut(text)).toThrow(ExpressionError);
  });
});
