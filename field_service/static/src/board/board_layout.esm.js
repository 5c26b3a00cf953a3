/**
 * Where things are on the board: numbers only, no elements, no records.
 *
 * A place is a fraction of the width. Days have the same width, also the one of 23 or
 * 25 hours: within a day the wall clock counts, in the user's time zone.
 */

import {is24HourFormat} from "@web/core/l10n/time";

const {DateTime} = luxon;

export const MINUTE = 60 * 1000;
export const HOUR = 60 * MINUTE;
export const STEP = 15;
const DAY_MINUTES = 24 * 60;
const ORDINARY_DAY = 24 * HOUR;

export class Axis {
    /**
     * @param {DateTime[]} days beginnings of the days that are shown
     * @param {number} from first minute of a day that is shown
     * @param {number} to last minute
     */
    constructor(days, from = 0, to = DAY_MINUTES) {
        this.days = days;
        this.from = from;
        this.to = to;
        this.starts = days.map((day) => day.toMillis());
        this.stops = days.map((day) => day.plus({days: 1}).toMillis());
    }

    get count() {
        return this.days.length;
    }

    /** Minutes of the wall clock since midnight; moments outside are cut off. */
    getMinutes(ms, index) {
        if (ms <= this.starts[index]) {
            return 0;
        }
        if (ms >= this.stops[index]) {
            return DAY_MINUTES;
        }
        if (this.stops[index] - this.starts[index] === ORDINARY_DAY) {
            return (ms - this.starts[index]) / MINUTE;
        }
        const {hour, minute, second} = DateTime.fromMillis(ms);
        return hour * 60 + minute + second / 60;
    }

    /** The first shown day that a moment is not past. */
    findDay(ms) {
        const index = this.stops.findIndex((stop) => ms < stop);
        return index === -1 ? this.count - 1 : index;
    }

    /** @returns {number} between 0 and 1 */
    getPlace(ms) {
        const index = this.findDay(ms);
        const minutes = this.getMinutes(ms, index);
        const part = (minutes - this.from) / (this.to - this.from);
        return (index + Math.min(Math.max(part, 0), 1)) / this.count;
    }

    /** @returns {[number, number][]} start and width, one for each shown day */
    getSpans(start, stop) {
        const spans = [];
        for (let index = 0; index < this.count; index++) {
            if (start < this.stops[index] && stop > this.starts[index]) {
                const [left, right] = [start, stop].map((ms) => {
                    const minutes = this.getMinutes(ms, index);
                    const part = (minutes - this.from) / (this.to - this.from);
                    return (index + Math.min(Math.max(part, 0), 1)) / this.count;
                });
                if (right > left) {
                    spans.push([left, right - left]);
                }
            }
        }
        return spans;
    }

    /** @returns {DateTime} the moment at a place, on a quarter of an hour */
    getMoment(place) {
        const whole = Math.min(Math.max(place, 0), 0.999999) * this.count;
        const index = Math.floor(whole);
        const minutes = this.from + (whole - index) * (this.to - this.from);
        return atMinute(this.days[index], Math.round(minutes / STEP) * STEP);
    }
}

/** @returns {DateTime} a time of the wall clock, also on a day of 23 or 25 hours */
export function atMinute(day, minutes) {
    return day.startOf("day").set({hour: Math.floor(minutes / 60), minute: minutes % 60});
}

/**
 * Put items below each other where they overlap.
 *
 * @param {{from: number, to: number}[]} items in the order of their beginning
 * @returns {number} how many lanes are needed; each item gets its `lane`
 */
export function stack(items) {
    const ends = [];
    for (const item of items) {
        let lane = ends.findIndex((end) => end <= item.from);
        if (lane === -1) {
            lane = ends.length;
        }
        ends[lane] = item.to;
        item.lane = lane;
    }
    return ends.length;
}

/**
 * Which part of a day is worth showing: all work and all visits, whole hours.
 *
 * @param {[number, number][]} spans in milliseconds
 */
export function findHours(axis, spans, least = [7 * 60, 18 * 60]) {
    let [from, to] = least;
    for (const [start, stop] of spans) {
        for (let index = 0; index < axis.count; index++) {
            if (start < axis.stops[index] && stop > axis.starts[index]) {
                from = Math.min(from, axis.getMinutes(start, index));
                to = Math.max(to, axis.getMinutes(stop, index));
            }
        }
    }
    return [Math.floor(from / 60) * 60, Math.min(Math.ceil(to / 60) * 60, DAY_MINUTES)];
}

/** @returns {number} milliseconds that two spans have in common */
export function getCommon([start, stop], [from, to]) {
    return Math.max(0, Math.min(stop, to) - Math.max(start, from));
}

/**
 * The first time of a day at which something fits into somebody's work.
 *
 * @param {[number, number][]} work sorted
 * @param {[number, number][]} busy
 * @returns {number | null} milliseconds
 */
export function findGap(work, busy, [from, to], length) {
    const taken = busy.slice().sort((one, other) => one[0] - other[0]);
    for (const [start, stop] of work) {
        let free = Math.max(start, from);
        for (const [begin, end] of taken) {
            if (end <= free) {
                continue;
            }
            if (begin - free >= length) {
                break;
            }
            free = Math.max(free, end);
        }
        if (free + length <= Math.min(stop, to)) {
            return free;
        }
    }
    return null;
}

/** @returns {string} as short as a card needs it: 08:00, or 8am */
export function formatTime(ms) {
    const time = DateTime.fromMillis(ms);
    if (is24HourFormat()) {
        return time.toFormat("HH:mm");
    }
    return time.toFormat(time.minute ? "h:mma" : "ha").toLowerCase();
}
