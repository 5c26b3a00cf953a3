import {Axis, findGap, findHours, formatTime, getCommon, HOUR, stack} from "./board_layout.esm";
import {_t} from "@web/core/l10n/translation";
import {PlanningModel} from "../planning/planning_model.esm";
import {serializeDateTime} from "@web/core/l10n/dates";

const {DateTime} = luxon;
// Heights in pixels; the style sheet has none of its own.
export const CARD = {day: 44, week: 38};
const GAP = 3;
const PADDING = 5;
const FOOT = 9;
const LEAST_HEIGHT = 58;
const NOBODY = false;
const FADED = ["declined", "missed"];

/** Rows of technicians instead of a calendar; on a phone it is the calendar. */
export class BoardModel extends PlanningModel {
    setup() {
        super.setup(...arguments);
        this.data.board = {rows: [], visits: new Map(), axis: new Axis([]), days: []};
        this.find = "";
    }

    get isBoard() {
        return !this.env.isSmall;
    }

    get board() {
        return this.data.board;
    }

    async updateData(data) {
        if (!this.isBoard) {
            return super.updateData(data);
        }
        data.range = this.computeRange();
        data.records = {};
        data.planning = {...data.planning, can_plan: true};
        const [answer] = await Promise.all([
            this.callBoard("get_board_data", [
                ...this.serializeRange(data.range),
                this.meta.domain,
                this.teamId,
            ]),
            this.loadToPlan(data),
        ]);
        data.answer = answer;
        data.planning = {
            can_plan: true,
            teams: answer.teams,
            technicians: answer.technicians,
            work: [],
        };
        data.filterSections = {technician_id: this.makeTechnicianSection(answer)};
        this.arrange(data);
    }

    makeTechnicianSection({technicians}) {
        return {
            label: this.meta.fields.technician_id.string,
            fieldName: "technician_id",
            avatar: {field: "avatar_128", model: "hr.employee.public"},
            hasAvatar: true,
            write: {},
            canAddFilter: false,
            filters: technicians.map(({id, name}) => ({
                type: "dynamic",
                recordId: null,
                value: id,
                label: name,
                active: !this.hidden.has(id),
                canRemove: false,
                colorIndex: id,
                hasAvatar: true,
            })),
        };
    }

    /** What was loaded already is arranged anew at once. */
    async updateFilters(fieldName, filters, active) {
        if (!this.isBoard) {
            return super.updateFilters(...arguments);
        }
        for (const filter of filters) {
            filter.active = active;
            this.hidden[active ? "delete" : "add"](filter.value);
        }
        this.remember("hidden", [...this.hidden]);
        this.rearrange();
    }

    findTechnicians(name) {
        this.find = name.trim().toLowerCase();
        this.rearrange();
    }

    setWeekend(visible) {
        if (this.weekend !== visible) {
            this.weekend = visible;
            if (this.data.answer) {
                this.arrange(this.data);
            }
        }
    }

    rearrange() {
        this.arrange(this.data);
        this.notify();
    }

    // -------------------------------------------------------------------- layout
    arrange(data) {
        const {technicians, visits} = data.answer;
        const days = this.getDays(data.range);
        const axis = new Axis(days);
        if (this.scale === "day") {
            const spans = visits.map(({start, stop}) => [start, stop]);
            for (const {work} of technicians) {
                spans.push(...work);
            }
            [axis.from, axis.to] = findHours(axis, spans);
        }
        const byPerson = this.groupByPerson(visits);
        const shown = technicians.filter(
            ({id, name}) =>
                !this.hidden.has(id) && name.toLowerCase().includes(this.find)
        );
        const rows = shown.map((one) => this.makeRow(one, byPerson.get(one.id), axis));
        if (byPerson.has(NOBODY) && !this.find) {
            rows.unshift(this.makeRow(this.makeNobody(), byPerson.get(NOBODY), axis));
        }
        let top = 0;
        for (const row of rows) {
            row.top = top;
            top += row.height;
        }
        data.board = {
            rows,
            height: top,
            axis,
            days: days.map((day, index) => this.makeDay(day, index, shown, axis)),
            visits: new Map(visits.map((visit) => [visit.id, visit])),
        };
    }

    getDays({start, end}) {
        const days = [];
        for (let day = start; day <= end; day = day.plus({days: 1})) {
            if (this.scale === "day" || this.weekend !== false || day.weekday < 6) {
                days.push(day);
            }
        }
        return days;
    }

    /** Once for all rows: a board of 200 rows has thousands of visits. */
    groupByPerson(visits) {
        const groups = new Map();
        for (const visit of visits) {
            const people = new Set([visit.technician_id, ...visit.crew_ids]);
            if (people.size > 1) {
                people.delete(NOBODY);
            }
            for (const person of people) {
                const group = groups.get(person);
                if (group) {
                    group.push(visit);
                } else {
                    groups.set(person, [visit]);
                }
            }
        }
        return groups;
    }

    makeNobody() {
        return {
            id: NOBODY,
            name: _t("Without technician"),
            job: "",
            work: [],
            leaves: [],
            meetings: [],
            others: [],
        };
    }

    makeDay(day, index, technicians, axis) {
        const span = [axis.starts[index], axis.stops[index]];
        let [work, taken] = [0, 0];
        for (const one of technicians) {
            work += sumCommon(one.work, span);
            taken += sumCommon(one.taken, span);
        }
        return {
            key: day.toISODate(),
            label: day.toFormat("ccc d"),
            isToday: day.hasSame(DateTime.local(), "day"),
            left: index / axis.count,
            load: work ? Math.round((100 * taken) / work) : 0,
            work: Math.round(work / HOUR),
            taken: Math.round(taken / HOUR),
        };
    }

    makeRow(technician, visits = [], axis) {
        technician.taken = [
            ...visits.filter(({state}) => !FADED.includes(state)).map(toSpan),
            ...technician.others,
        ];
        const make = this.scale === "day" ? this.makeDayItems : this.makeWeekItems;
        const items = make.call(this, technician, visits, axis);
        const lanes = stack(items);
        const height = CARD[this.scale];
        for (const item of items) {
            item.top = PADDING + item.lane * (height + GAP);
            item.height = height;
        }
        const least = PADDING * 2 + FOOT + lanes * (height + GAP);
        return {
            ...technician,
            key: technician.id || "nobody",
            items,
            shades: this.makeShades(technician, axis),
            load: technician.work_hours
                ? Math.min(
                      100,
                      Math.round((100 * technician.booked_hours) / technician.work_hours)
                  )
                : 0,
            height: Math.max(LEAST_HEIGHT, least),
        };
    }

    /** Cards as long as the work; travel before and after. */
    makeDayItems(technician, visits, axis) {
        const items = [];
        for (const visit of visits) {
            const [left, right] = [visit.start, visit.stop].map((ms) => axis.getPlace(ms));
            const [before, after] = visit.travel.map((minutes) => minutes * 60000);
            const start = axis.getPlace(visit.start - before);
            const stop = axis.getPlace(visit.stop + after);
            items.push({
                ...this.makeCard(technician, visit),
                left,
                width: right - left,
                from: left,
                to: right,
                travels: [
                    [start, left - start, visit.travel[0]],
                    [right, stop - right, visit.travel[1]],
                ].filter(([, width]) => width > 0),
            });
        }
        for (const [start, stop] of technician.others) {
            for (const [left, width] of axis.getSpans(start, stop)) {
                items.push(this.makeOther(start, left, width));
            }
        }
        return items.sort((one, other) => one.from - other.from);
    }

    /** Cards as wide as the day, in the order of the day. */
    makeWeekItems(technician, visits, axis) {
        const items = [];
        const add = (start, stop, item) => {
            const first = axis.findDay(start);
            if (start >= axis.stops[first] || stop <= axis.starts[first]) {
                return;
            }
            const last = Math.max(first, axis.findDay(stop - 1));
            const [left, width] = [first / axis.count, (last - first + 1) / axis.count];
            items.push({...item, left, width, from: first, to: last + 1, start});
        };
        for (const visit of visits) {
            add(visit.start, visit.stop, this.makeCard(technician, visit));
        }
        for (const [start, stop] of technician.others) {
            add(start, stop, this.makeOther(start, 0, 0));
        }
        for (const [start, stop, name] of technician.meetings) {
            const time = `${formatTime(start)}–${formatTime(stop)}`;
            add(start, stop, {key: `m${start}`, kind: "meeting", name, time});
        }
        return items.sort((one, other) => one.start - other.start);
    }

    makeOther(start, left, width) {
        const name = _t("Booked");
        return {key: `o${start}`, kind: "other", name, left, width, from: left, to: left + width};
    }

    makeCard(technician, visit) {
        const issues = visit.issues[technician.id] || [];
        const isLong = visit.stop - visit.start >= 24 * HOUR;
        return {
            key: `v${visit.id}`,
            kind: "visit",
            visit,
            issues,
            travels: [],
            isCrew: visit.technician_id !== technician.id,
            time: `${formatTime(visit.start)}–${formatTime(visit.stop)}${isLong ? "+" : ""}`,
        };
    }

    /** What is behind the cards. */
    makeShades(technician, axis) {
        const shades = [];
        const add = (kind, left, width, name = "") =>
            shades.push({key: `${kind}${left}`, kind, left, width, name});
        for (const [start, stop, name] of technician.leaves) {
            for (const [left, width] of axis.getSpans(start, stop)) {
                add("leave", left, width, name);
            }
        }
        if (this.scale === "day") {
            for (const [left, width] of invert(axis, technician.work)) {
                add("off", left, width);
            }
            for (const [start, stop, name] of technician.meetings) {
                for (const [left, width] of axis.getSpans(start, stop)) {
                    add("meeting", left, width, name);
                }
            }
            return shades;
        }
        for (let index = 0; index < axis.count; index++) {
            const span = [axis.starts[index], axis.stops[index]];
            const work = sumCommon(technician.work, span);
            const left = index / axis.count;
            if (!work) {
                add("off", left, 1 / axis.count);
            } else if (technician.id) {
                const part = Math.min(1, sumCommon(technician.taken, span) / work);
                add("load", left, part / axis.count);
            }
        }
        return shades;
    }

    // ------------------------------------------------------------------- changes
    /** Where something would start that is dropped on a row. */
    getStart(row, place, visit, length) {
        const {axis} = this.board;
        const moment = axis.getMoment(place);
        if (this.scale === "day") {
            return moment;
        }
        const day = moment.startOf("day");
        if (visit) {
            const {hour, minute} = DateTime.fromMillis(visit.start);
            return day.set({hour, minute});
        }
        const span = [day.toMillis(), day.plus({days: 1}).toMillis()];
        const busy = [...row.taken, ...row.meetings.map(([start, stop]) => [start, stop])];
        const now = DateTime.local();
        if (day.hasSame(now, "day")) {
            span[0] = Math.ceil(now.toMillis() / (15 * 60000)) * 15 * 60000;
        }
        const gap = findGap(row.work, busy, span, length);
        if (gap !== null) {
            return DateTime.fromMillis(gap);
        }
        const first = row.work.find(([start]) => start >= span[0] && start < span[1]);
        return first ? DateTime.fromMillis(first[0]) : day.set({hour: 8});
    }

    /** Whether a drop would be no good, as far as the board knows. */
    isTaken(row, start, length, visitId) {
        const span = [start.toMillis(), start.toMillis() + length];
        return row.items.some(
            ({kind, visit}) =>
                kind === "visit" &&
                visit.id !== visitId &&
                !FADED.includes(visit.state) &&
                getCommon(toSpan(visit), span) > 0
        );
    }

    async drop(visit, fromRow, row, start, stop = null) {
        const values = {};
        if (row.id !== fromRow.id) {
            values.technician_id = row.id;
        }
        if (start && start.toMillis() !== visit.start) {
            values.start = serializeDateTime(start);
        }
        if (stop) {
            values.start = serializeDateTime(start);
            values.stop = serializeDateTime(stop);
        }
        if (!Object.keys(values).length) {
            return null;
        }
        return this.move(visit.id, values, fromRow.id);
    }
}

function toSpan({start, stop}) {
    return [start, stop];
}

function sumCommon(spans, span) {
    let sum = 0;
    for (const one of spans) {
        sum += getCommon(one, span);
    }
    return sum;
}

/** The places at which nobody works. */
function invert(axis, work) {
    const places = work
        .flatMap(([start, stop]) => axis.getSpans(start, stop))
        .sort((one, other) => one[0] - other[0]);
    const free = [];
    let end = 0;
    for (const [left, width] of [...places, [1, 0]]) {
        if (left > end) {
            free.push([end, left - end]);
        }
        end = Math.max(end, left + width);
    }
    return free;
}
