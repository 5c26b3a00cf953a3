import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {CalendarModel} from "@web/views/calendar/calendar_model";
import {Domain} from "@web/core/domain";
import {serializeDateTime} from "@web/core/l10n/dates";
import {Mutex} from "@web/core/utils/concurrency";
import {RPCError} from "@web/core/network/rpc";
import {user} from "@web/core/user";

const {DateTime} = luxon;
const BOARD = "field.service.board";
const UNDO_STEPS = 20;
const TO_PLAN_LIMIT = 10;

/**
 * What calendar and dispatch board have in common: teams, idle technicians too, the
 * orders to plan, moves that the server may refuse, and taking them back.
 */
export class PlanningModel extends CalendarModel {
    setup() {
        super.setup(...arguments);
        // Tells our own changes from those of other dispatchers.
        this.tab = `${user.userId}-${Math.random().toString(36).slice(2)}`;
        this.mutex = new Mutex();
        this.undoSteps = [];
        this.search = "";
        this.toPlanLimit = TO_PLAN_LIMIT;
        this.teamId = this.recall("team") || false;
        this.hidden = new Set(this.recall("hidden") || []);
        this.data.planning = {can_plan: false, teams: [], technicians: [], work: []};
        this.data.toPlan = {length: 0, records: []};
    }

    get canPlan() {
        return this.data.planning.can_plan;
    }

    get canEdit() {
        return super.canEdit && this.canPlan;
    }

    get canCreate() {
        return super.canCreate && this.canPlan;
    }

    get canDelete() {
        return super.canDelete && this.canPlan;
    }

    get teams() {
        return this.data.planning.teams;
    }

    get toPlan() {
        return this.data.toPlan;
    }

    get defaultFilterLabel() {
        return _t("Without technician");
    }

    /** The technicians that are not filtered out. */
    get shownTechnicians() {
        return this.data.planning.technicians.filter((one) => !this.hidden.has(one.id));
    }

    // Each user's choice, kept in his browser.
    recall(name) {
        const value = browser.localStorage.getItem(`field_service.${name}.${user.userId}`);
        try {
            return JSON.parse(value);
        } catch {
            return null;
        }
    }

    remember(name, value) {
        browser.localStorage.setItem(
            `field_service.${name}.${user.userId}`,
            JSON.stringify(value)
        );
    }

    // ------------------------------------------------------------------- loading
    callBoard(method, args) {
        const context = {...this.meta.context, field_service_board_tab: this.tab};
        return this.orm.call(BOARD, method, args, {context});
    }

    serializeRange({start, end}) {
        const stop = end.plus({seconds: 1}).startOf("second");
        return [serializeDateTime(start), serializeDateTime(stop)];
    }

    async updateData(data) {
        data.range = this.computeRange();
        data.planning = await this.callBoard("get_calendar_data", [
            ...this.serializeRange(data.range),
            this.teamId,
            [...this.hidden],
        ]);
        await Promise.all([super.updateData(data), this.loadToPlan(data)]);
        data.unusualDays = this.findIdleDays(data);
    }

    async loadToPlan(data) {
        data.toPlan = data.planning.can_plan
            ? await this.callBoard("get_orders_to_plan", [
                  this.search,
                  this.teamId,
                  0,
                  this.toPlanLimit,
              ])
            : {length: 0, records: []};
    }

    computeDomain(data) {
        const domain = super.computeDomain(data);
        if (!this.teamId) {
            return domain;
        }
        const members = data.planning.technicians.map((one) => one.id);
        return Domain.and([
            domain,
            ["|", ["team_id", "=", this.teamId], ["technician_id", "in", members]],
        ]).toList();
    }

    /** Days on which nobody works: computed from the spans, in the user's time zone. */
    findIdleDays({range, planning}) {
        const days = [];
        for (let day = range.start; day <= range.end; day = day.plus({days: 1})) {
            const [from, to] = [day.toMillis(), day.plus({days: 1}).toMillis()];
            if (!planning.work.some(([start, stop]) => start < to && stop > from)) {
                days.push(day.toISODate());
            }
        }
        return days;
    }

    /** Idle technicians can be chosen too, and the choice is kept. */
    async loadDynamicFilterSection(data, fieldName, filterInfo) {
        const section = await super.loadDynamicFilterSection(...arguments);
        if (fieldName !== "technician_id") {
            return section;
        }
        const known = new Set(section.filters.map((filter) => filter.value));
        for (const {id, name} of data.planning.technicians) {
            if (!known.has(id)) {
                section.filters.push(
                    this.makeFilterDynamic(
                        filterInfo,
                        null,
                        fieldName,
                        {id, [fieldName]: [id, name], colorIndex: id},
                        []
                    )
                );
            }
        }
        for (const filter of section.filters) {
            filter.active = !this.hidden.has(filter.value);
        }
        // Pictures of colleagues are open to everybody, their records are not.
        section.avatar.model = "hr.employee.public";
        return section;
    }

    async updateFilters(fieldName, filters, active) {
        if (fieldName === "technician_id") {
            for (const {value} of filters) {
                this.hidden[active ? "delete" : "add"](value);
            }
            this.remember("hidden", [...this.hidden]);
        }
        return super.updateFilters(...arguments);
    }

    async setTeam(teamId) {
        this.teamId = teamId;
        this.remember("team", teamId);
        await this.load();
    }

    async searchToPlan(search) {
        this.search = search;
        this.toPlanLimit = TO_PLAN_LIMIT;
        await this.reloadToPlan();
    }

    async loadMoreToPlan() {
        this.toPlanLimit += TO_PLAN_LIMIT;
        await this.reloadToPlan();
    }

    async reloadToPlan() {
        await this.loadToPlan(this.data);
        this.notify();
    }

    // ------------------------------------------------------------------- changes
    /** When a day begins for whoever is planned by the day only. */
    getWorkStart(day) {
        const [from, to] = [day.startOf("day").toMillis(), day.endOf("day").toMillis()];
        const span = this.data.planning.work.find(
            ([start]) => start >= from && start <= to
        );
        return span ? DateTime.fromMillis(span[0]) : day.startOf("day").set({hour: 8});
    }

    async updateRecord(record, options = {}) {
        const {start, stop} = this.buildRawRecord(record, options);
        await this.move(record.id, {start, stop});
    }

    async plan(orderId, technicianId, start, stop = false) {
        return this.change(() =>
            this.callBoard("plan_order", [
                orderId,
                technicianId,
                serializeDateTime(start),
                stop && serializeDateTime(stop),
            ])
        );
    }

    async move(visitId, values, personId = false) {
        return this.change(() =>
            this.callBoard("move_visit", [visitId, values, personId])
        );
    }

    /** Send a visit to its technician. */
    async dispatch(visitId) {
        const context = {...this.meta.context, field_service_board_tab: this.tab};
        return this.change(() =>
            this.orm.call(this.resModel, "action_dispatch", [[visitId]], {context})
        );
    }

    async undo() {
        const step = this.undoSteps.pop();
        if (step) {
            await this.change(() => this.callBoard("undo", [step]));
        }
    }

    /**
     * One change after the other; a refused one leaves everything as it was.
     *
     * Loading is not waited for: a newer load would leave the older one open for ever,
     * and with it every change that follows.
     */
    async change(request) {
        return this.mutex.exec(async () => {
            let answer = null;
            try {
                answer = await request();
            } catch (error) {
                this.explain(error);
            }
            if (answer?.undo) {
                this.undoSteps = [...this.undoSteps, answer.undo].slice(-UNDO_STEPS);
            }
            for (const warning of answer?.warnings || []) {
                this.notification.add(warning, {type: "warning"});
            }
            // What was refused goes back to its place, too.
            this.load();
            return answer;
        });
    }

    explain(error) {
        if (!(error instanceof RPCError) || !error.exceptionName?.startsWith("odoo.exceptions")) {
            // Thrown on its own: it is shown as any other error, and the list goes on.
            Promise.reject(error);
            return;
        }
        this.notification.add(error.data.message, {
            title: _t("Nothing was changed"),
            type: "danger",
            autocloseDelay: 10000,
        });
    }
}
