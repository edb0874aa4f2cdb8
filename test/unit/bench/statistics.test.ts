import { describe, expect, it } from 'vitest';
import { orderOf, summarise } from '../../bench/statistics.ts';

describe('a summary of rounds', () => {
  it.each([
    [[3], { median: 3, spread: 0 }],
    [[4, 1, 3, 2], { median: 2.5, spread: 1.5 }],
    [[5, 1, 4, 2, 3], { median: 3, spread: 2 }],
    [[0, 10], { median: 5, spread: 5 }],
  ])('of %j is the middle and the width of the middle half', (values, summary) => {
    expect(summarise(values)).toEqual(summary);
  });

  it('is not moved by a few rounds that something disturbed', () => {
    expect(summarise([1, 1, 1, 1, 1, 1, 1, 90, 700])).toEqual({ median: 1, spread: 0 });
  });

  it('leaves the values in their order: they are paired by round', () => {
    const values = [3, 1, 2];
    summarise(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('of nothing is refused', () => {
    expect(() => summarise([])).toThrow('no round was measured');
  });
});

describe('the order of a round', () => {
  const names = ['a', 'b', 'c'];
  const orders = Array.from({ length: 6 }, (_, round) => orderOf(names, round).join(''));

  it('starts with the next contestant every two rounds, and runs backwards every second time', () => {
    expect(orders).toEqual(['abc', 'cba', 'bca', 'acb', 'cab', 'bac']);
  });

  it.each([0, 1, 2])('puts each contestant equally often into place %i', (place) => {
    const there = orders.map((order) => order[place]);
    expect(names.map((name) => there.filter((each) => each === name).length)).toEqual([2, 2, 2]);
  });

  it('of nobody is empty', () => {
    expect(orderOf([], 5)).toEqual([]);
  });
});
