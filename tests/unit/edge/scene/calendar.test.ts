import { describe, expect, test } from 'vitest';
import { type Hours, hoursSchema } from '../../../../src/edge/scene/rule/hours.ts';
import { calendarSchema, SiteCalendar } from '../../../../src/edge/scene/rule/site-calendar.ts';

const day = [{ from: '08:00', to: '18:00' }] as const;
const night = [{ from: '22:00', to: '06:00' }] as const;

/** National Day of 2026 with its swaps: off from 1 to 7 October, worked on Sunday 20 September and Saturday 10 October. */
const china = calendarSchema.parse({
  holidays: ['2026-10-01', '2026-10-02', '2026-10-03', '2026-10-04', '2026-10-05', '2026-10-06', '2026-10-07'],
  workdays: ['2026-09-20', '2026-10-10'],
});

function isWithin(hours: readonly object[], time: string, calendar = china): boolean {
  return new SiteCalendar(calendar).isWithin(hoursSchema.parse(hours) as Hours, Date.parse(time));
}

const local = (time: string) => `${time}+08:00`;

describe('hours of every day', () => {
  test.each([
    [day, '2026-11-18T07:59:59', false],
    [day, '2026-11-18T08:00:00', true],
    [day, '2026-11-18T17:59:59', true],
    [day, '2026-11-18T18:00:00', false],
    [night, '2026-11-18T21:59:59', false],
    [night, '2026-11-18T22:00:00', true],
    [night, '2026-11-19T00:00:00', true],
    [night, '2026-11-19T05:59:59', true],
    [night, '2026-11-19T06:00:00', false],
    [[{ from: '20:00', to: '24:00' }], '2026-11-18T23:59:59', true],
    [[{ from: '20:00', to: '24:00' }], '2026-11-19T00:00:00', false],
    [[{ from: '00:00', to: '24:00' }], '2026-11-19T00:00:00', true],
    [[{ from: '00:00', to: '24:00' }], '2026-11-19T23:59:59', true],
    [[{ from: '12:00', to: '12:00' }], '2026-11-19T11:59:00', true],
    [[...day, { from: '20:00', to: '21:00' }], '2026-11-19T20:30:00', true],
    [[...day, { from: '20:00', to: '21:00' }], '2026-11-19T19:30:00', false],
    [[], '2026-11-19T12:00:00', false],
  ] as const)('%j at %s: %s', (hours, time, expected) => expect(isWithin(hours, local(time))).toBe(expected));
});

describe('hours of some days', () => {
  const friday = { ...night[0], days: ['fri'] };

  test.each([
    // 20 November 2026 is a Friday.
    [[{ ...day[0], days: ['fri'] }], '2026-11-20T12:00', true],
    [[{ ...day[0], days: ['fri'] }], '2026-11-19T12:00', false],
    [[{ ...day[0], days: ['sat', 'sun'] }], '2026-11-21T12:00', true],
    // Over midnight the hours are those of the day on which they began.
    [[friday], '2026-11-20T21:59', false],
    [[friday], '2026-11-20T22:00', true],
    [[friday], '2026-11-21T05:59', true],
    [[friday], '2026-11-21T06:00', false],
    [[friday], '2026-11-21T23:00', false],
    [[friday], '2026-11-20T05:00', false],
    // Monday in the site's zone while it is still Sunday in UTC.
    [[{ from: '00:00', to: '02:00', days: ['mon'] }], '2026-11-23T00:30', true],
    [[{ from: '00:00', to: '02:00', days: ['sun'] }], '2026-11-23T00:30', false],
  ])('%j at %s: %s', (hours, time, expected) => expect(isWithin(hours, local(time))).toBe(expected));
});

describe('holidays and worked weekends', () => {
  const work = [{ ...day[0], days: ['workday'] }];
  const free = [{ ...day[0], days: ['holiday'] }];

  test.each([
    ['a Thursday', '2026-11-19T12:00', true],
    ['a Saturday', '2026-11-21T12:00', false],
    ['a Thursday that is a public holiday', '2026-10-01T12:00', false],
    ['the last day off', '2026-10-07T12:00', false],
    ['the day after', '2026-10-08T12:00', true],
    ['a Saturday worked for it', '2026-10-10T12:00', true],
    ['a Sunday worked for it', '2026-09-20T12:00', true],
    ['the Sunday after', '2026-10-11T12:00', false],
  ])('%s is a workday: %s', (_what, time, expected) => {
    expect(isWithin(work, local(time))).toBe(expected);
    expect(isWithin(free, local(time))).toBe(!expected);
  });

  test('a worked Saturday is still a Saturday', () => {
    expect(isWithin([{ ...day[0], days: ['sat'] }], local('2026-10-10T12:00'))).toBe(true);
  });

  test('the night of a workday reaches into the holiday', () => {
    const nights = [{ ...night[0], days: ['workday'] }];
    expect(isWithin(nights, local('2026-10-01T05:59'))).toBe(true);
    expect(isWithin(nights, local('2026-10-01T22:00'))).toBe(false);
    expect(isWithin(nights, local('2026-10-08T05:59'))).toBe(false);
  });
});

describe('time zones', () => {
  const zone = (timeZone: string) => calendarSchema.parse({ timeZone });
  const early = [{ from: '01:30', to: '03:30' }];

  test.each([
    // Clocks go from 02:00 to 03:00 on 29 March 2026.
    ['Europe/Berlin', early, '2026-03-29T00:29Z', false],
    ['Europe/Berlin', early, '2026-03-29T00:30Z', true],
    ['Europe/Berlin', early, '2026-03-29T01:29Z', true],
    ['Europe/Berlin', early, '2026-03-29T01:30Z', false],
    // And from 03:00 to 02:00 on 25 October: the hour between is lived twice.
    ['Europe/Berlin', [{ from: '02:00', to: '03:00' }], '2026-10-25T00:30Z', true],
    ['Europe/Berlin', [{ from: '02:00', to: '03:00' }], '2026-10-25T01:30Z', true],
    ['Europe/Berlin', [{ from: '02:00', to: '03:00' }], '2026-10-25T02:00Z', false],
    ['America/New_York', day, '2026-07-01T12:00Z', true],
    ['America/New_York', day, '2026-01-02T12:00Z', false],
    ['Asia/Kathmandu', day, '2026-01-02T02:14Z', false],
    ['Asia/Kathmandu', day, '2026-01-02T02:15Z', true],
    ['Asia/Shanghai', day, '2026-07-01T00:00Z', true],
    ['Asia/Shanghai', day, '2026-06-30T23:59Z', false],
    ['Pacific/Kiritimati', [{ ...day[0], days: ['sat'] }], '2026-11-20T20:00Z', true],
  ] as const)('%s: %j at %s: %s', (name, hours, time, expected) => {
    expect(isWithin(hours, time, zone(name))).toBe(expected);
  });

  test('one calendar answers for any moments in any order', () => {
    const calendar = new SiteCalendar(china);
    const hours = hoursSchema.parse(day);
    const asked = ['12:00:00', '12:00:59', '19:00:00', '12:00:30', '07:00:00'];
    const answers = asked.map((time) => calendar.isWithin(hours, Date.parse(local(`2026-11-18T${time}`))));
    expect(answers).toEqual([true, true, false, true, false]);
  });
});

describe('night', () => {
  // Civil dawn is at 04:28, dusk at 19:32.
  test.each([
    ['04:25', true],
    ['04:31', false],
    ['12:00', false],
    ['19:29', false],
    ['19:35', true],
    ['00:00', true],
  ])('at %s of midsummer in Huzhou: %s', (time, expected) => {
    const at = Date.parse(local(`2026-06-21T${time}`));
    expect(new SiteCalendar(china).isNight(at, { lat: 30.87, lon: 120.43 })).toBe(expected);
  });
});

describe('what is refused', () => {
  test.each([
    [[{ from: '8:00', to: '18:00' }]],
    [[{ from: '08:00', to: '24:01' }]],
    [[{ from: '08:00', to: '25:00' }]],
    [[{ from: '08:60', to: '18:00' }]],
    [[{ from: '08:00' }]],
    [[{ from: '08:00', to: '18:00', days: [] }]],
    [[{ from: '08:00', to: '18:00', days: ['monday'] }]],
    [[{ from: '08:00', to: '18:00', day: 'mon' }]],
  ])('hours %j', (hours) => expect(hoursSchema.safeParse(hours).success).toBe(false));

  test.each([[{ timeZone: 'Asia/Huzhou' }], [{ holidays: ['1 October 2026'] }], [{ holidays: ['2026-10-1'] }]])(
    'the calendar %j',
    (calendar) => expect(calendarSchema.safeParse(calendar).success).toBe(false),
  );
});
