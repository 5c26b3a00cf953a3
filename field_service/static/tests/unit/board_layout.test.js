import {
    atMinute,
    Axis,
    findGap,
    findHours,
    HOUR,
    stack,
} from "@field_service/board/board_layout.esm";
import {describe, expect, test} from "@odoo/hoot";

const {DateTime} = luxon;
const zone = "Europe/Berlin";
const at = (text) => DateTime.fromISO(text, {zone});
const ms = (text) => at(text).toMillis();

describe.current.tags("headless");

/** Clocks go forward on 28 March 2027 and back on 31 October 2027. */
function makeAxis(first, count, ...hours) {
    luxon.Settings.defaultZone = zone;
    const days = [...Array(count).keys()].map((number) => at(first).plus({days: number}));
    return new Axis(days, ...hours);
}

test("an ordinary day is placed by the clock", () => {
    const axis = makeAxis("2027-03-02", 1, 8 * 60, 18 * 60);
    expect(axis.getPlace(ms("2027-03-02T08:00"))).toBe(0);
    expect(axis.getPlace(ms("2027-03-02T13:00"))).toBe(0.5);
    expect(axis.getPlace(ms("2027-03-02T06:00"))).toBe(0);
    expect(axis.getPlace(ms("2027-03-02T20:00"))).toBe(1);
});

test("a day of 23 or 25 hours is as wide as any other", () => {
    for (const sunday of ["2027-03-28", "2027-10-31"]) {
        const axis = makeAxis(sunday, 2);
        expect(axis.getPlace(ms(`${sunday}T12:00`))).toBe(0.25);
        expect(axis.getPlace(axis.stops[0])).toBe(0.5);
        expect(axis.getMoment(0.25).toFormat("HH:mm")).toBe("12:00");
        expect(axis.getMoment(0.25).toMillis()).toBe(ms(`${sunday}T12:00`));
    }
});

test("a time of the clock on the day the clock is changed", () => {
    makeAxis("2027-03-28", 1);
    expect(atMinute(at("2027-03-28"), 8 * 60).toMillis()).toBe(ms("2027-03-28T08:00"));
});

test("a place is a quarter of an hour", () => {
    const axis = makeAxis("2027-03-02", 1, 8 * 60, 18 * 60);
    expect(axis.getMoment(0.012).toFormat("HH:mm")).toBe("08:00");
    expect(axis.getMoment(0.013).toFormat("HH:mm")).toBe("08:15");
});

test("what lasts over midnight has a part in each day", () => {
    const axis = makeAxis("2027-03-02", 2);
    const spans = axis.getSpans(ms("2027-03-02T18:00"), ms("2027-03-03T06:00"));
    expect(spans).toEqual([
        [0.375, 0.125],
        [0.5, 0.125],
    ]);
});

test("a hidden weekend has no part", () => {
    const axis = makeAxis("2027-03-01", 5);
    expect(axis.getSpans(ms("2027-03-06T08:00"), ms("2027-03-06T10:00"))).toEqual([]);
});

test("what overlaps is put below", () => {
    const items = [
        {from: 0, to: 2},
        {from: 1, to: 3},
        {from: 2, to: 4},
    ];
    expect(stack(items)).toBe(2);
    expect(items.map(({lane}) => lane)).toEqual([0, 1, 0]);
});

test("the hours shown hold all work", () => {
    const axis = makeAxis("2027-03-02", 1);
    expect(findHours(axis, [])).toEqual([7 * 60, 18 * 60]);
    const night = [ms("2027-03-02T21:30"), ms("2027-03-03T02:00")];
    expect(findHours(axis, [night])).toEqual([7 * 60, 24 * 60]);
});

test("the first gap that is long enough", () => {
    const work = [
        [8 * HOUR, 12 * HOUR],
        [13 * HOUR, 17 * HOUR],
    ];
    const day = [0, 24 * HOUR];
    expect(findGap(work, [], day, 2 * HOUR)).toBe(8 * HOUR);
    expect(findGap(work, [[9 * HOUR, 11 * HOUR]], day, HOUR)).toBe(8 * HOUR);
    expect(findGap(work, [[9 * HOUR, 11 * HOUR]], day, 2 * HOUR)).toBe(13 * HOUR);
    expect(findGap(work, [], [10 * HOUR, 24 * HOUR], 3 * HOUR)).toBe(13 * HOUR);
    expect(findGap(work, [], day, 5 * HOUR)).toBe(null);
});
