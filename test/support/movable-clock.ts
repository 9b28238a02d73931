import { Clock } from '../../src/memory/memory-backend';

/** A clock that stands still until a test moves it. */
export class MovableClock implements Clock {
  private time = Date.parse('2026-03-01T09:00:00.000Z');

  now(): Date {
    return new Date(this.time);
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** The moment that many milliseconds from now. */
  in(milliseconds: number): Date {
    return new Date(this.time + milliseconds);
  }
}
